namespace Holdfast.FullKernels;

/// <summary>
/// The machine's first root: busybox, the modules that its real root needs, and the script that mounts that root. The
/// real root is this machine's own, read-only over 9p, below a layer in memory that takes what the machine writes.
/// </summary>
internal static class Initramfs
{
    /// <summary>The 9p share's name.</summary>
    public const string Share = "root";

    private const string Busybox = "/bin/busybox";

    private static readonly string[] Modules = ["virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay"];

    // What was made on the host since the boot is not asked for again (cache=loose): nothing that a machine reads
    // changes while it runs.
    private const string Init = $"""
        #!/bin/sh
        set -e
        export PATH=/bin
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t devtmpfs devtmpfs /dev
        for module in /modules/*; do insmod "$module"; done
        mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=262144 {Share} /below
        mount -t tmpfs -o mode=755 tmpfs /above
        mkdir /above/changes /above/scratch
        mount -t overlay -o lowerdir=/below,upperdir=/above/changes,workdir=/above/scratch overlay /root
        mount -t tmpfs -o mode=755 tmpfs /root/run
        mkdir -p /root/run/lock /root/lib/modules
        mount --bind /root{KernelFiles.Directory}/lib/modules /root/lib/modules
        mkdir /dev/pts /dev/shm
        mount -t devpts devpts /dev/pts
        mount -t tmpfs tmpfs /dev/shm
        ln -s /proc/self/fd /dev/fd
        for at in dev proc sys; do mount --move /$at /root/$at; done
        cp -r /guest /root/run/guest
        exec switch_root /root /bin/sh /run/guest/start
        """;

    // At boot systemd empties /tmp, which here is the testing machine's: in memory only, but file by file over 9p, and the
    // binary under test may be there.
    private const string Systemd =
        "ln -sf /dev/null /etc/systemd/system/systemd-tmpfiles-setup.service; exec /lib/systemd/systemd";

    // Process 1. The shells are its children, also after it became systemd.
    private static string Start(int shells, bool systemd) => $"""
        cd /
        export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
        hostname machine
        ip link set lo up
        for shell in $(seq {shells}); do setsid busybox sh /run/guest/shell "$shell" </dev/null >/dev/console 2>&1 & done
        {(systemd ? Systemd : "while :; do wait; done")}
        """;

    /// <summary>Writes the archive.</summary>
    /// <param name="path">The file to make.</param>
    /// <param name="kernel">The kernel that it is for.</param>
    /// <param name="shells">How many shells there are.</param>
    /// <param name="systemd">systemd shall be process 1.</param>
    public static void Write(string path, KernelFiles kernel, int shells, bool systemd)
    {
        using var file = File.Create(path);
        var archive = new CpioArchive(file);
        foreach (var directory in (string[])["bin", "modules", "guest", "proc", "sys", "dev", "below", "above", "root"])
            archive.AddDirectory(directory);
        archive.AddFile("bin/busybox", File.ReadAllBytes(Busybox));
        foreach (var applet in (string[])["sh", "mount", "insmod", "mkdir", "ln", "cp", "switch_root"])
            archive.AddLink($"bin/{applet}", "busybox");
        var number = 10;
        foreach (var module in kernel.LoadOrder(Modules))
            archive.AddFile($"modules/{number++}-{Path.GetFileName(module)}", File.ReadAllBytes(module));
        archive.AddFile("guest/shell", SerialShell.Script);
        archive.AddFile("guest/start", Start(shells, systemd));
        archive.AddFile("init", Init);
        archive.End();
    }
}
