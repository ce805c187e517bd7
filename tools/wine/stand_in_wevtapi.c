/* A stand-in for wevtapi.dll, whose functions Wine has only in name. Built against the official header, so that the
   layout of what we hand out is not our own idea of it.

   C:\faketools\wevtapi\<channel, / as %4>.evtx     EvtExportLog copies it to the target; nothing is written without it
   C:\faketools\wevtapi\<channel>.error             a number: EvtExportLog and EvtQuery fail with it
   C:\faketools\wevtapi\<channel>.events            UTF-8, one event a line, fields between tabs:
       level, ticks, source, id, task, level text, task text, message
     An empty text is one that the provider does not have (error 15027); `\n` in a message is a line break.
     A source that is empty has no provider at all. A channel without any file does not exist (error 15007). */
#include <windows.h>
#include <winevt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define FIELDS 8
#define MESSAGE_NOT_FOUND 15027
#define CHANNEL_NOT_FOUND 15007

typedef struct { char kind; int count, next; wchar_t *lines[4096]; } Query;
typedef struct { char kind; wchar_t *field[FIELDS]; } One;
typedef struct { char kind; } Thing;

static LONG open_things;

/* Not in the real library: how many handles nobody has closed. */
LONG WINAPI StandInOpenHandles(void) { return open_things; }

static void *made(size_t size, char kind) {
    char *thing = calloc(1, size);
    *thing = kind;
    open_things++;
    return thing;
}

static void path_of(wchar_t *out, const wchar_t *channel, const wchar_t *ending) {
    wcscpy(out, L"C:\\faketools\\wevtapi\\");
    for (; *channel; channel++) wcscat(out, *channel == L'/' ? L"%4" : (wchar_t[]){*channel, 0});
    wcscat(out, ending);
}

static DWORD recorded_error(const wchar_t *channel) {
    wchar_t path[512];
    path_of(path, channel, L".error");
    FILE *file = _wfopen(path, L"r");
    unsigned number = 0;
    if (!file) return 0;
    if (fscanf(file, "%u", &number) != 1) number = 0;
    fclose(file);
    return number;
}

BOOL WINAPI EvtExportLog(EVT_HANDLE session, LPCWSTR channel, LPCWSTR query, LPCWSTR target, DWORD flags) {
    wchar_t path[512];
    DWORD error = recorded_error(channel);
    if (!error && (flags != EvtExportLogChannelPath || wcscmp(query, L"*"))) error = ERROR_INVALID_PARAMETER;
    if (!error && GetFileAttributesW(target) != INVALID_FILE_ATTRIBUTES) error = ERROR_FILE_EXISTS;
    if (error) { SetLastError(error); return FALSE; }
    path_of(path, channel, L".evtx");
    CopyFileW(path, target, TRUE);
    return TRUE;
}

EVT_HANDLE WINAPI EvtQuery(EVT_HANDLE session, LPCWSTR channel, LPCWSTR query, DWORD flags) {
    wchar_t path[512];
    DWORD error = recorded_error(channel);
    path_of(path, channel, L".events");
    FILE *file = error ? 0 : _wfopen(path, L"rb");
    if (!file) { SetLastError(error ? error : CHANNEL_NOT_FOUND); return NULL; }
    if (flags != (EvtQueryChannelPath | EvtQueryReverseDirection)) { SetLastError(ERROR_INVALID_PARAMETER); return NULL; }
    Query *found = made(sizeof *found, 'q');
    char line[65536];
    while (fgets(line, sizeof line, file) && found->count < 4096) {
        line[strcspn(line, "\r\n")] = 0;
        int size = MultiByteToWideChar(CP_UTF8, 0, line, -1, NULL, 0);
        wchar_t *text = malloc(size * sizeof *text);
        MultiByteToWideChar(CP_UTF8, 0, line, -1, text, size);
        found->lines[found->count++] = text;
    }
    fclose(file);
    return found;
}

BOOL WINAPI EvtNext(EVT_HANDLE set, DWORD size, EVT_HANDLE *events, DWORD timeout, DWORD flags, PDWORD returned) {
    Query *query = set;
    *returned = 0;
    while (*returned < size && query->next < query->count) {
        One *one = made(sizeof *one, 'e');
        wchar_t *rest = query->lines[query->next++];
        for (int at = 0; at < FIELDS; at++) {
            one->field[at] = rest;
            wchar_t *tab = wcschr(rest, L'\t');
            if (tab) { *tab = 0; rest = tab + 1; } else rest += wcslen(rest);
        }
        events[(*returned)++] = one;
    }
    if (!*returned) { SetLastError(ERROR_NO_MORE_ITEMS); return FALSE; }
    return TRUE;
}

EVT_HANDLE WINAPI EvtCreateRenderContext(DWORD count, LPCWSTR *paths, DWORD flags) {
    if (flags != EvtRenderContextSystem) { SetLastError(ERROR_INVALID_PARAMETER); return NULL; }
    return made(sizeof(Thing), 'c');
}

static BOOL too_small(DWORD size, DWORD needed, PDWORD used) {
    *used = needed;
    if (size >= needed) return FALSE;
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return TRUE;
}

BOOL WINAPI EvtRender(EVT_HANDLE context, EVT_HANDLE event, DWORD flags, DWORD size, PVOID buffer, PDWORD used, PDWORD count) {
    One *one = event;
    if (flags == EvtRenderEventXml) {
        wchar_t xml[70000];
        int length = swprintf(xml, 70000, L"<Event><EventData><Data>%ls</Data></EventData></Event>", one->field[7]);
        DWORD bytes = (length + 1) * sizeof *xml;
        if (too_small(size, bytes, used)) return FALSE;
        memcpy(buffer, xml, bytes);
        *count = 0;
        return TRUE;
    }
    DWORD values = EvtSystemPropertyIdEND * sizeof(EVT_VARIANT);
    DWORD text = (wcslen(one->field[2]) + 1) * sizeof(wchar_t);
    if (too_small(size, values + text, used)) return FALSE;
    EVT_VARIANT *found = buffer;
    memset(found, 0, values);
    memcpy((char *)buffer + values, one->field[2], text);
    found[EvtSystemProviderName].Type = EvtVarTypeString;
    found[EvtSystemProviderName].StringVal = (LPCWSTR)((char *)buffer + values);
    found[EvtSystemLevel].Type = EvtVarTypeByte;
    found[EvtSystemLevel].ByteVal = (BYTE)_wtoi(one->field[0]);
    found[EvtSystemTimeCreated].Type = EvtVarTypeFileTime;
    found[EvtSystemTimeCreated].FileTimeVal = _wcstoui64(one->field[1], NULL, 10);
    found[EvtSystemEventID].Type = EvtVarTypeUInt16;
    found[EvtSystemEventID].UInt64Val = 0xFFFFFFFFFFFF0000ull; /* what lies above the value is not promised */
    found[EvtSystemEventID].UInt16Val = (UINT16)_wtoi(one->field[3]);
    found[EvtSystemTask].Type = EvtVarTypeUInt16;
    found[EvtSystemTask].UInt16Val = (UINT16)_wtoi(one->field[4]);
    *count = EvtSystemPropertyIdEND;
    return TRUE;
}

EVT_HANDLE WINAPI EvtOpenPublisherMetadata(EVT_HANDLE session, LPCWSTR name, LPCWSTR log, LCID locale, DWORD flags) {
    if (!*name) { SetLastError(15002); return NULL; }
    return made(sizeof(Thing), 'p');
}

BOOL WINAPI EvtFormatMessage(EVT_HANDLE publisher, EVT_HANDLE event, DWORD id, DWORD count, PEVT_VARIANT values, DWORD flags,
                             DWORD size, LPWSTR buffer, PDWORD used) {
    One *one = event;
    int at = flags == EvtFormatMessageEvent ? 7 : flags == EvtFormatMessageLevel ? 5 : flags == EvtFormatMessageTask ? 6 : -1;
    if (at < 0 || !*one->field[at]) { SetLastError(MESSAGE_NOT_FOUND); return FALSE; }
    DWORD length = wcslen(one->field[at]) + 1;
    if (too_small(size, length, used)) return FALSE;
    wcscpy(buffer, one->field[at]);
    for (wchar_t *mark; (mark = wcsstr(buffer, L"\\n"));) { mark[0] = L'\r'; mark[1] = L'\n'; }
    return TRUE;
}

BOOL WINAPI EvtClose(EVT_HANDLE thing) {
    char kind = thing ? *(char *)thing : 0;
    if (!kind) { SetLastError(ERROR_INVALID_HANDLE); return FALSE; }
    *(char *)thing = 0; /* never freed, so that a second close of the same handle is an error and no accident */
    open_things--;
    return TRUE;
}
