"""What a step may use: its time, a private work folder, the system to ask. Tests give other systems in its place."""

import os
import shutil
import tempfile

from saishu_collect import commands
from saishu_collect.windows import certificate_store, disk_devices, event_service, hive, pieces, service_control

_REMOTE = 4


def place_for_work(out):
    """Return the folder to work in: that of the bundle, or the system's own when that one lies on another machine.

    The event log service writes its files itself, and it has no rights on the network.
    """
    if out.startswith("\\\\"):
        return tempfile.gettempdir()
    if os.name == "nt":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(os.path.splitdrive(out)[0] + "\\") == _REMOTE:
            return tempfile.gettempdir()
    return out


class Context:
    """The surroundings of one run's steps; `begin` sets the time limit of each.

    out: the folder of the bundle; the work folder is made beside it when it is first needed.
    """

    def __init__(self, out, now, stop=None, tss=None):
        self.now = now
        self.tss = tss
        self.stop = stop
        self.bounds = pieces.Bounds(0, stop)
        self.system_root = os.environ.get("SYSTEMROOT", "C:\\Windows")
        self._out = out
        self._folder = None
        self._events = None

    def begin(self, seconds):
        """Start the time of a step."""
        self.bounds = self.bounds_of(seconds)

    def bounds_of(self, seconds):
        """Return Bounds that end after some seconds or with the run."""
        return pieces.Bounds(seconds, self.stop)

    def work_file(self, name):
        """Return the path of a file that does not exist yet, in the work folder, which only we may read."""
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="saishu_work_", dir=place_for_work(os.path.abspath(self._out)))
        path = os.path.join(self._folder, name)
        count = 1
        while os.path.lexists(path):
            count += 1
            path = os.path.join(self._folder, "{}_{}".format(count, name))
        return path

    def clean(self):
        """Delete the work folder with everything in it; return its path when a program still holds something in it."""
        folder, self._folder = self._folder, None
        if folder is None:
            return None
        shutil.rmtree(folder, ignore_errors=True)
        return folder if os.path.isdir(folder) else None

    # ---- the system

    def run(self, argv, seconds):
        """Run a program of the system; return a commands.Ran."""
        return commands.run(argv, seconds, stop=self.stop)

    def system32(self, program):
        """Return the full path of a program of Windows: no other folder is searched."""
        return "\\".join((self.system_root, "System32", program))

    def program(self, name):
        """Return the full path of a program that is part of Windows, else the name as it is."""
        path = self.system32(name)
        return path if "\\" not in name and os.path.exists(path) else name

    def hive(self):
        """Return the registry."""
        return hive.Hive()

    def services(self):
        """Return every service."""
        return service_control.read_all()

    def certificates(self, store):
        """Return the certificates of a LocalMachine store."""
        return certificate_store.read_store(store)

    def disks(self):
        """Return (disks, volumes, whether the time ended it)."""
        return disk_devices.read_all(self.bounds)

    def events(self):
        """Return the event log service."""
        if self._events is None:
            self._events = event_service.Service()
        return self._events
