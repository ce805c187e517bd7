"""Reading the registry of the running Windows through `winreg`, one key at a time, never writing."""

_ROOTS = {
    "HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER", "HKU": "HKEY_USERS", "HKCR": "HKEY_CLASSES_ROOT",
}  # fmt: skip
MOST_ENTRIES = 20000


class Hive:
    """The registry as it is now. Other classes with the same `read` stand in for it where there is none."""

    def read(self, key, view=64):
        """Return ([(name, data, type)], [subkey names], last change in 100 ns since 1601) of a key. Raises OSError.

        key: `HKLM\\SOFTWARE\\…`. view: 64 or 32, what programs of that kind see.
        """
        import winreg

        root, _, rest = key.partition("\\")
        access = winreg.KEY_READ | (winreg.KEY_WOW64_64KEY if view == 64 else winreg.KEY_WOW64_32KEY)
        top = getattr(winreg, _ROOTS[root.upper()])
        with winreg.OpenKey(top, rest, 0, access) as handle:
            subkeys, values, written = winreg.QueryInfoKey(handle)
            names = _each(winreg.EnumKey, handle, min(subkeys, MOST_ENTRIES))
            return _each(winreg.EnumValue, handle, min(values, MOST_ENTRIES)), names, written

    def value(self, key, name, view=64):
        """Return the data of one value, or None when key or value are not there or not readable."""
        try:
            values = self.read(key, view)[0]
        except OSError:
            return None
        return next((data for known, data, _ in values if known.lower() == name.lower()), None)


def _each(function, handle, count):
    """Return what an enumeration gives; it ends early when entries vanish meanwhile."""
    found = []
    for index in range(count):
        try:
            found.append(function(handle, index))
        except OSError:
            break
        except ValueError:
            # A value whose text is no text: named neither by winreg nor by us, but the others are read.
            continue
    return found
