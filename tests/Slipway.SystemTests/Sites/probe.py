"""Run inside an instance: tries to get out of it, and prints as a JSON list what it got hold of."""
import ctypes
import ctypes.util
import errno
import json
import os
import socket
import stat
import sys
import time


def reach(*targets):
    """Addresses (host:port) that accept a connection."""
    return [target for target in targets if connects(target)]


def connects(target):
    host, port = target.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
        return True
    except OSError:
        return False


def touch(*paths):
    """Paths that can be seen."""
    return [path for path in paths if os.path.lexists(path)]


def secrets():
    """Files of other users that can be read, and places outside the app's own that can be written to."""
    found = []
    mine = ("/tmp", "/var/tmp", "/run/slipway", "/dev/shm", "/proc", "/dev")
    for folder, folders, files in os.walk("/"):
        if folder.startswith(("/proc", "/sys")):
            folders[:] = []
            continue
        if os.stat(folder).st_uid != os.getuid() and os.access(folder, os.W_OK) and not folder.startswith(mine):
            found.append(f"writable: {folder}")
        for name in files:
            path = os.path.join(folder, name)
            mode = os.lstat(path)
            if stat.S_ISREG(mode.st_mode) and mode.st_mode & (stat.S_ISUID | stat.S_ISGID):
                if not no_new_privileges():
                    found.append(f"set-user-id: {path}")
            if stat.S_ISBLK(mode.st_mode):
                found.append(f"disk: {path}")
    return found


def no_new_privileges():
    with open("/proc/self/status") as status:
        return "NoNewPrivs:\t1" in status.read()


def escalate():
    """Ways to more power than an app has."""
    libc = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6", use_errno=True)
    new_user, new_mounts = 0x10000000, 0x00020000
    ways = {
        "become root": lambda: os.setuid(0),
        "make a device": lambda: os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(8, 0)),
        "mount": lambda: check(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)),
        "new user namespace": lambda: check(libc.unshare(new_user)),
        "new mounts": lambda: check(libc.unshare(new_mounts)),
        "change root": lambda: os.chroot("/tmp"),
        "sysrq": lambda: open("/proc/sysrq-trigger", "w").close(),
        "kernel settings": lambda: open("/proc/sys/kernel/core_pattern", "w").close(),
        "kernel memory": lambda: open("/dev/mem", "rb").close(),
        "kernel log": lambda: open("/dev/kmsg", "rb").close(),
        "raw packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
        "keys": lambda: check(libc.syscall(250, 0, 0)),
        "low priority number": lambda: os.nice(-5),
        "host name": lambda: socket.sethostname("mine"),
        "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    }
    return [name for name, attempt in ways.items() if works(attempt)] + ([] if no_new_privileges() else ["new privileges"])


def works(attempt):
    try:
        attempt()
        return True
    except OSError:
        return False


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


def cgroups():
    """Limits that can be raised from inside."""
    return [path for path, _, _ in os.walk("/sys/fs/cgroup") if os.access(path, os.W_OK)]


def forks():
    """How many processes a fork bomb gets; they stay for some seconds."""
    children = 0
    try:
        while children < 20_000:
            if os.fork() == 0:
                time.sleep(4)
                os._exit(0)
            children += 1
    except OSError as e:
        if e.errno != errno.EAGAIN:
            raise
    time.sleep(3)
    return [children]


def memory():
    """Takes memory until it is killed."""
    held = []
    while len(held) < 16_384:
        held.append(bytearray(os.urandom(1024)) * 1024)
    return [len(held)]


def disk():
    """Writes until there is no more room; the number of MiB that there was."""
    block, written = os.urandom(1 << 20), 0
    for folder in ("/app", "/tmp", "/dev/shm", "/run/slipway", "/var/tmp"):
        try:
            with open(os.path.join(folder, "fill"), "wb") as file:
                while written < 65_536:
                    file.write(block)
                    file.flush()
                    written += 1
        except OSError:
            continue
    return [written]


def database(other):
    """The database of another app, with one's own role."""
    from urllib.parse import urlsplit

    import psycopg2

    url = urlsplit(os.environ["DATABASE_URL"])
    psycopg2.connect(os.environ["DATABASE_URL"]).close()
    try:
        psycopg2.connect(host=url.hostname, port=url.port or 5432, user=url.username, password=url.password, dbname=other).close()
        return [other]
    except psycopg2.OperationalError:
        return []


print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
