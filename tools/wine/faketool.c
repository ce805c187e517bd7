/* One program under many names: it stands in for a tool of Windows and replays what was recorded for its arguments.

   For a call `vssadmin list writers` it looks into C:\faketools\vssadmin for files named after the arguments
   (`list_writers`; every character but letters, digits and `-` becomes `-`, an argument with a `\` becomes `PATH`):
     .out   bytes for standard output     .err   bytes for standard error     .rc   exit code (0 without it)
     .ms    milliseconds to wait first    .file  bytes to write to the file that an argument names
     .kid   milliseconds that a child of its own sleeps: for tests that nothing outlives its parent
   A call without a recording says so and ends with 97. Every call is written to C:\faketools\calls.log. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#define LONGEST 4096

static wchar_t folder[MAX_PATH] = L"C:\\faketools";
static wchar_t tool[MAX_PATH];
static wchar_t key[LONGEST];
static wchar_t *target;

static const wchar_t *recording(const wchar_t *ending)
{
    static wchar_t path[LONGEST];
    _snwprintf(path, LONGEST - 1, L"%ls\\%ls\\%ls.%ls", folder, tool, key, ending);
    return path;
}

static int exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static int number(const wchar_t *ending, int otherwise)
{
    FILE *file = _wfopen(recording(ending), L"r");
    int value = otherwise;
    if (file) {
        if (fscanf(file, "%d", &value) != 1) value = otherwise;
        fclose(file);
    }
    return value;
}

static void replay(const wchar_t *ending, DWORD stream)
{
    HANDLE from = CreateFileW(recording(ending), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    char data[65536];
    DWORD count, written;
    if (from == INVALID_HANDLE_VALUE) return;
    while (ReadFile(from, data, sizeof data, &count, NULL) && count)
        WriteFile(GetStdHandle(stream), data, count, &written, NULL);
    CloseHandle(from);
}

static void name_tool(void)
{
    wchar_t self[MAX_PATH];
    wchar_t *last, *dot;
    GetModuleFileNameW(NULL, self, MAX_PATH);
    last = wcsrchr(self, L'\\');
    wcsncpy(tool, last ? last + 1 : self, MAX_PATH - 1);
    dot = wcsrchr(tool, L'.');
    if (dot) *dot = 0;
    _wcslwr(tool);
}

static void append(wchar_t character)
{
    size_t length = wcslen(key);
    if (length < LONGEST / 2) {
        key[length] = character;
        key[length + 1] = 0;
    }
}

static void name_call(int count, wchar_t **arguments)
{
    for (int index = 1; index < count; index++) {
        if (index > 1) append(L'_');
        if (wcschr(arguments[index], L'\\')) {
            target = arguments[index];
            for (const wchar_t *c = L"PATH"; *c; c++) append(*c);
            continue;
        }
        for (const wchar_t *c = arguments[index]; *c; c++) append(iswalnum(*c) || *c == L'-' ? *c : L'-');
    }
}

static void write_call(void)
{
    wchar_t path[MAX_PATH + 16];
    char line[LONGEST * 2];
    FILE *log;
    _snwprintf(path, MAX_PATH + 15, L"%ls\\calls.log", folder);
    log = _wfopen(path, L"ab");
    if (!log) return;
    WideCharToMultiByte(CP_UTF8, 0, GetCommandLineW(), -1, line, sizeof line, NULL, NULL);
    fprintf(log, "%s\r\n", line);
    fclose(log);
}

static void beget(int milliseconds)
{
    wchar_t self[MAX_PATH], line[LONGEST];
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION child;
    GetModuleFileNameW(NULL, self, MAX_PATH);
    _snwprintf(line, LONGEST - 1, L"\"%ls\" --sleep %d", self, milliseconds);
    if (CreateProcessW(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child)) {
        wchar_t path[MAX_PATH + 16];
        FILE *file;
        _snwprintf(path, MAX_PATH + 15, L"%ls\\child.pid", folder);
        file = _wfopen(path, L"w");
        if (file) {
            fprintf(file, "%lu", child.dwProcessId);
            fclose(file);
        }
    }
}

int wmain(int count, wchar_t **arguments)
{
    if (count == 3 && !wcscmp(arguments[1], L"--sleep")) {
        Sleep(_wtoi(arguments[2]));
        return 0;
    }
    GetEnvironmentVariableW(L"FAKETOOLS", folder, MAX_PATH);
    name_tool();
    name_call(count, arguments);
    write_call();
    if (number(L"kid", 0)) beget(number(L"kid", 0));
    Sleep(number(L"ms", 0));
    if (target && exists(recording(L"file"))) CopyFileW(recording(L"file"), target, FALSE);
    if (!exists(recording(L"out")) && !exists(recording(L"rc")) && !exists(recording(L"file"))) {
        fwprintf(stderr, L"no recording for %ls %ls\n", tool, key);
        return 97;
    }
    replay(L"err", STD_ERROR_HANDLE);
    replay(L"out", STD_OUTPUT_HANDLE);
    return number(L"rc", 0);
}
