"""What only a running Windows can be asked: registry, services, event logs, certificates, disks; one step kind a file.

Every module can be imported anywhere, so that what it writes is tested anywhere; the system is asked inside functions.
"""
