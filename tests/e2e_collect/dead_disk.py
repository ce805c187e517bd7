"""A file system whose files never answer a read: `dead_disk.py FOLDER COUNT SIZE` serves it through FUSE until killed.

Only what a listing and an open need is answered; reads are taken and forgotten. This is what a dead disk or a lost
file server looks like to a program.
"""

import ctypes
import errno
import os
import struct
import sys

FORGET, READ, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR = 2, 15, 18, 25, 26, 27, 28, 29
LOOKUP, GETATTR, OPEN, INTERRUPT = 1, 3, 14, 36


def attributes(node, count, size):
    """Return the fuse_attr of a node: 1 is the folder, the files follow."""
    mode = 0o40755 if node == 1 else 0o100644
    fields = (node, 0 if node == 1 else size, (size + 511) // 512, 1700000000, 1700000000, 1700000000)
    return struct.pack("<6Q10I", *fields, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def entries(count, offset):
    """Return the directory entries from an offset on."""
    out = b""
    for number in range(offset, min(count, offset + 40)):
        name = b"f%04d.log" % number
        out += struct.pack("<2Q2I", number + 2, number + 1, len(name), 8) + name + bytes(-len(name) % 8)
    return out


def reply_to(opcode, node, body, count, size):  # noqa: PLR0911 - one answer a kind of request
    """Return the answer's bytes, an error number, or None for no answer."""
    if opcode == INIT:
        return struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 12, 9, 65536, 1, 0, 0, *[0] * 8)
    if opcode == LOOKUP:
        name = body.rstrip(b"\0")
        number = int(name[1:5]) if name[1:5].isdigit() else count
        if number >= count:
            return errno.ENOENT
        return struct.pack("<4Q2I", number + 2, 0, 60, 60, 0, 0) + attributes(number + 2, count, size)
    if opcode == GETATTR:
        return struct.pack("<Q2I", 60, 0, 0) + attributes(node, count, size)
    if opcode in (OPEN, OPENDIR):
        return struct.pack("<Q2I", 1, 0, 0)
    if opcode == READDIR:
        return entries(count, struct.unpack_from("<2Q", body)[1])
    if opcode in (READ, FORGET, INTERRUPT):
        return None
    return b"" if opcode in (RELEASE, RELEASEDIR, FLUSH) else errno.ENOSYS


def serve(folder, count, size):
    """Mount and answer until the end."""
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"dead", os.fsencode(folder), b"fuse", 6, options):
        sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
    print("mounted", flush=True)
    while True:
        try:
            request = os.read(device, 1 << 20)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return
            continue
        _, opcode, unique, node = struct.unpack_from("<2I2Q", request)
        answer = reply_to(opcode, node, request[40:], count, size)
        if isinstance(answer, int):
            os.write(device, struct.pack("<IiQ", 16, -answer, unique))
        elif answer is not None:
            os.write(device, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
