"""Archives that mean harm, or look as if they did. Each builder writes one file (or folder) and returns its path."""

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib

import zstandard

from bundles.people import WAAGENT, zip_bytes
from bundles.rawzip import DEFLATED, Piece, write_zip

MIB = 1024 * 1024
BUILDERS = {}
"""Name of a case to (file name, builder, codes of which at least one must be seen)."""


def case(file_name, *codes):
    """Register a builder under its own name."""

    def register(build):
        BUILDERS[build.__name__] = (file_name, build, codes)
        return build

    return register


def _zeros(size, squeeze):
    out = [squeeze.compress(bytes(MIB)) for _ in range(size // MIB)]
    return b"".join([*out, squeeze.flush()])


def _deflated_zeros(size):
    return _zeros(size, zlib.compressobj(9, zlib.DEFLATED, -15))


def _tar(entries):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for info, data in entries:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


def _info(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@case("slip.zip", "E321")
def names_that_climb(path):
    names = (
        b"../../etc/cron.d/evil", b"/etc/shadow", b"C:\\Windows\\System32\\evil.dll", b"\\\\server\\share\\x.txt",
        b"a/../../../b.txt", b"..", b"C:evil.txt", b"\\\\?\\C:\\long.txt", b"good/./fine.txt", b"...",
    )  # fmt: skip
    path.write_bytes(write_zip([Piece(name, b"harm") for name in names]))


@case("slip.tar", "E321")
def tar_names_that_climb(path):
    path.write_bytes(_tar([(_info("../../root/.ssh/authorized_keys"), b"x"), (_info("/abs/x"), b"y")]))


@case("links.tar", "E336")
def links_and_devices(path):
    entries = [
        (_info("shadow", tarfile.SYMTYPE, "/etc/shadow"), b""),
        (_info("hard", tarfile.LNKTYPE, "/etc/passwd"), b""),
        (_info("pipe", tarfile.FIFOTYPE), b""),
        (_info("null", tarfile.CHRTYPE), b""),
        (_info("disk", tarfile.BLKTYPE), b""),
        (_info("shadow/under"), b"through a link"),
    ]
    path.write_bytes(_tar(entries))


@case("links.zip", "E336")
def links_in_a_zip(path):
    pieces = [
        Piece(b"passwd", b"/etc/passwd", host=3, attributes=0o120777 << 16),
        Piece(b"pipe", host=3, attributes=0o010644 << 16),
    ]
    path.write_bytes(write_zip(pieces))


@case("folder", "E336")
def folder_with_links(path):
    path.mkdir()
    (path / "etc").symlink_to("/etc")
    (path / "passwd").symlink_to("/etc/passwd")
    (path / "loop").symlink_to(".")
    os.mkfifo(path / "pipe")
    (path / "waagent.log").write_bytes(WAAGENT)


@case("ratio.zip", "E318")
def bomb_by_ratio(path):
    packed = _deflated_zeros(200 * MIB)
    path.write_bytes(write_zip([Piece(b"zeros.log", b"", DEFLATED, packed=packed, crc=0, size=200 * MIB)]))


@case("bzip2.zip", "E318")
def bomb_in_bzip2(path):
    packed = _zeros(300 * MIB, bz2.BZ2Compressor(9))
    path.write_bytes(write_zip([Piece(b"zeros.log", b"", 12, packed=packed, crc=0, size=300 * MIB)]))


@case("zstd.zip", "E318")
def bomb_in_zstd(path):
    packed = _zeros(2048 * MIB, zstandard.ZstdCompressor(level=1).compressobj())
    path.write_bytes(write_zip([Piece(b"zeros.log", b"", 93, packed=packed, crc=0, size=2048 * MIB)]))


@case("zeros.tar.gz", "E318")
def bomb_in_a_tar(path):
    with gzip.open(path, "wb", 9) as file:
        info = _info("zeros.log")
        info.size = 400 * MIB
        file.write(_info_bytes("before.log", 3) + b"abc".ljust(512, b"\0") + info.tobuf())
        for _ in range(400):
            file.write(bytes(MIB))


@case("zeros.tar.xz", "E318")
def bomb_in_a_tar_xz(path):
    info = _info("zeros.log")
    info.size = 400 * MIB
    squeeze = lzma.LZMACompressor(preset=1)
    head = squeeze.compress(info.tobuf())
    path.write_bytes(head + _zeros(400 * MIB, squeeze))


@case("waagent.log.gz", "E318")
def bomb_in_a_text_file(path):
    path.write_bytes(_zeros(200 * MIB, zlib.compressobj(9, zlib.DEFLATED, 31)))


@case("nested.zip", "E318", "E338")
def bomb_in_a_nested_zip(path):
    inner = write_zip([Piece(b"zeros.log", b"", DEFLATED, packed=_deflated_zeros(1100 * MIB), crc=0, size=1100 * MIB)])
    path.write_bytes(zip_bytes({f"copy{number}.zip": inner for number in range(8)}))


@case("forest.zip", "E320")
def archives_without_end(path):
    data = zip_bytes({"leaf.txt": b"x"})
    for _ in range(4):
        data = zip_bytes({f"{number:02}.zip": data for number in range(12)})
    path.write_bytes(data)


@case("quoted.zip", "E327")
def overlapping_members(path):
    packed = _deflated_zeros(60 * MIB)
    first = Piece(b"kernel", b"", DEFLATED, packed=packed, crc=0, size=60 * MIB)
    more = [
        Piece(b"same%05d" % number, b"", DEFLATED, packed=packed, crc=0, size=60 * MIB, offset=0)
        for number in range(200)
    ]
    path.write_bytes(write_zip([first, *more]))


@case("small.zip", "E328")
def size_said_too_small(path):
    path.write_bytes(write_zip([Piece(b"a.log", b"x" * MIB, DEFLATED, size=10), Piece(b"b.log", b"fine")]))


@case("large.zip", "E329")
def size_said_too_large(path):
    path.write_bytes(write_zip([Piece(b"a.log", b"x" * 100, DEFLATED, size=1 << 31), Piece(b"b.log", b"fine")]))


@case("packed.zip", "E329", "E327")
def packed_size_beyond_the_file(path):
    path.write_bytes(write_zip([Piece(b"a.log", b"x" * 100, packed_size=1 << 31, size=1 << 31)]))


@case("crc.zip", "E329")
def wrong_checksum(path):
    path.write_bytes(write_zip([Piece(b"a.log", b"abc", crc=1)]))


@case("count.zip", "E319")
def count_of_millions(path):
    data = bytearray(write_zip([Piece(b"a.log", b"abc")]))
    end = data.rindex(b"PK\5\6")
    directory = struct.unpack_from("<L", data, end + 16)[0]
    wide = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1 << 40, 1 << 40, end - directory, directory
    ) + struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    path.write_bytes(
        data[:end] + wide + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, -1 & 0xFFFFFFFF, -1 & 0xFFFFFFFF, 0)
    )


@case("millions.zip", "E319")
def really_millions(path):
    record = struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 2_100_000
    with path.open("wb") as file:
        file.write(b"PK\3\4" + bytes(26))
        for _ in range(21):
            file.write(record * (count // 21))
        size = count * len(record)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 30, 0))


@case("cut.zip", "E316")
def zip_cut_in_a_member(path):
    whole = zip_bytes({f"{number}.log": os.urandom(5000) for number in range(20)})
    path.write_bytes(whole[:60_000])


@case("descriptors.zip", "E316")
def cut_zip_with_sizes_behind(path):
    pieces = [Piece(b"%d.log" % number, WAAGENT * 20, DEFLATED, descriptor=True) for number in range(20)]
    whole = write_zip(pieces, directory=False)
    path.write_bytes(whole[: len(whole) - 40])


@case("cut.tar.gz", "E316")
def tar_cut_short(path):
    whole = gzip.compress(_tar([(_info(f"{number}.log"), os.urandom(5000)) for number in range(20)]))
    path.write_bytes(whole[: len(whole) // 2])


@case("cut.tar", "E316")
def plain_tar_cut_short(path):
    path.write_bytes(_tar([(_info(f"{number}.log"), bytes(5000)) for number in range(20)])[:60_000])


@case("empty.zip", "E313")
def empty_file(path):
    path.write_bytes(b"")


@case("evidence.zip", "E311")
def text_named_zip(path):
    path.write_text("This is only a text.\n" * 50)


@case("evidence.zip", "E311")
def web_page_named_zip(path):
    path.write_text("<!DOCTYPE html><html><title>Sign in</title></html>")


@case("noise.zip", "E311")
def noise_named_zip(path):
    path.write_bytes(b"\0" + os.urandom(100_000))


@case("noise.tar.gz", "E311")
def noise_named_tar(path):
    path.write_bytes(b"\x1f\x8b\x08" + os.urandom(100_000))


@case("head.zip", "E311", "E316")
def only_a_signature(path):
    path.write_bytes(b"PK\3\4")


@case("names.zip", "E322")
def names_nobody_can_read(path):
    names = [
        "a\0b.log",
        "cr\r\nlf.log",
        "\x1b[31mred.log",
        "gepj.\u202egpj.exe",
        "zero\u200bwidth.log",
        "\u2066iso\u2069",
    ]
    path.write_bytes(write_zip([Piece(name.encode(), b"x", flags=0x800) for name in names]))


@case("twins.zip", "E325")
def same_name_many_times(path):
    path.write_bytes(write_zip([Piece(b"System.evtx", b"%d" % number) for number in range(2000)]))


@case("case.zip", "E326")
def names_that_collide_on_windows(path):
    path.write_bytes(write_zip([Piece(b"SysLog", b"1"), Piece(b"syslog", b"2")]))


@case("deep.zip")
def very_deep_path(path):
    path.write_bytes(write_zip([Piece(b"d/" * 32000 + b"x.log", b"deep")]))


@case("long.tar", "E311", "E316")
def name_record_of_a_gigabyte(path):
    path.write_bytes(_record(b"L", 1 << 30) + _info_bytes("a.log", 3) + b"abc".ljust(512, b"\0"))


@case("digits.tar")
def pax_number_without_end(path):
    record = b"size=" + b"9" * 900
    record = b"%d %s\n" % (len(record) + 5, record)
    path.write_bytes(
        _record(b"x", len(record)) + record.ljust(1024, b"\0") + _info_bytes("a.log", 3) + b"abc".ljust(512, b"\0")
        + bytes(1024)
    )  # fmt: skip


@case("sparse.tar", "E318")
def sparse_file_of_a_terabyte(path):
    words = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "lastlog"}
    words["GNU.sparse.realsize"] = str(1 << 40)
    info = _info("GNUSparseFile.0/lastlog")
    info.pax_headers = words
    data = b"1\n%d\n512\n" % ((1 << 40) - 512)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as archive:
        body = data.ljust(512, b"\0") + b"y" * 512
        info.size = len(body)
        archive.addfile(info, io.BytesIO(body))
    path.write_bytes(held.getvalue())


@case("wide.xz")
def xz_that_wants_all_memory(path):
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 1536 * MIB}]
    small = lzma.compress(b"small" * 10, format=lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "preset": 1}])
    del chain
    # The dictionary size is one byte of the block header; 40 means 4 GiB. The header's checksum is set right again.
    head = bytearray(small)
    size = (head[12] + 1) * 4
    place = head.index(b"\x21\x01", 12) + 2
    head[place] = 40
    head[12 + size - 4 : 12 + size] = struct.pack("<L", zlib.crc32(bytes(head[12 : 12 + size - 4])))
    path.write_bytes(bytes(head))


@case("wide.zst", "E329")
def zstd_that_wants_all_memory(path):
    # A frame header with a window of 2 GiB and one raw block of a byte.
    path.write_bytes(b"\x28\xb5\x2f\xfd" + b"\x00" + bytes([0xA8]) + b"\x09\x00\x00" + b"x")


@case("crumbs.gz", "E329")
def a_million_tiny_streams(path):
    path.write_bytes(gzip.compress(b"", mtime=0) * 1_000_000)


@case("split.zip.002", "E333")
def piece_of_a_split_archive(path):
    path.write_bytes(os.urandom(1000))


@case("locked.zip", "E314")
def password_that_nobody_knows(path):
    path.write_bytes(write_zip([Piece(b"a.log", os.urandom(200), flags=1), Piece(b"b.log", b"open")]))


def _info_bytes(name, size):
    info = _info(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


def _record(form, size):
    info = _info("././@LongLink", form)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


@case("zipped.zip")
def bytes_of_a_zip_inside_a_zip_comment(path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("real.log", b"real")
        archive.comment = zip_bytes({"fake.log": b"fake"})[:60000]
    path.write_bytes(held.getvalue())
