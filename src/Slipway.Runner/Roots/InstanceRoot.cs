using System.Globalization;
using System.Text;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;
using Slipway.Runner.Layers;

namespace Slipway.Runner.Roots;

/// <summary>
/// Puts an instance's root file system together: its layers below, a private and size-limited disk above. <c>/tmp</c> is
/// on that disk too, so that what an app parks there costs it no memory.
/// </summary>
internal sealed class InstanceRoot(ServerConfig config, Layout layout)
{
    private string Templates => Path.Combine(config.InstancesDirectory, ".templates");

    public async Task MountAsync(InstanceFolder folder, InstanceSpec spec, string? address, string gateway, CancellationToken cancel)
    {
        await DiskImage.CreateScratchAsync(Templates, folder.Disk, spec.Limits.DiskBytes, cancel);
        Directory.CreateDirectory(folder.Scratch);
        Directory.CreateDirectory(folder.Root);
        LoopDevice.Mount(folder.Disk, folder.Scratch, "errors=remount-ro");

        // A build makes the folders that become layers (/venv, /app), so it may write to the top; and to /app also where a
        // layer of dependencies brings folders below it. An app that brings its own file system, with no stack of ours at the
        // bottom, owns all of it, and so its top.
        var owner = spec.Kind is InstanceKind.Build || Libc.Status(Path.Combine(config.LayersDirectory, spec.Layers[0].FileName)) is { } bottom && bottom.Uid == spec.Uid ? spec.Uid : 0;
        Folders.Ensure(folder.Upper, owner, owner, 0x1ed);
        if (spec.Kind is InstanceKind.Build) Folders.Ensure(folder.Upper + "/app", owner, owner, 0x1ed);
        Folders.Ensure(folder.Scratch + "/work", 0, 0, 0x1c0);
        Folders.Ensure(folder.Scratch + "/tmp", 0, 0, 0x3ff);
        WriteEtc(folder, spec, address, gateway);

        layout.Lay(folder, spec);

        // The kernel wants the topmost layer first. Whatever its defaults are, what a build renames or chmods is to be whole
        // in the upper, from where it becomes a layer: no reference to another folder, no file without its data.
        IEnumerable<string> layers = spec.Layers.Reverse().Select(l => Path.Combine(config.LayersDirectory, l.FileName));
        var lower = string.Join(':', spec.Laid is null ? layers : layers.Prepend(folder.Laid));
        MountTable.Mount("overlay", folder.Root, "overlay", 0, $"lowerdir={lower},upperdir={folder.Upper},workdir={folder.Scratch}/work,redirect_dir=off,metacopy=off");
    }

    /// <summary>The few files that differ between instances; written into the upper, owned by root, so the app reads but cannot change them.</summary>
    private void WriteEtc(InstanceFolder folder, InstanceSpec spec, string? address, string gateway)
    {
        var etc = folder.Upper + "/etc";
        Folders.Ensure(etc, 0, 0, 0x1ed);
        var host = spec.Name.Replace('_', '-').Replace('.', '-');
        var id = spec.Uid.ToString(CultureInfo.InvariantCulture);
        Write("hostname", host + "\n");
        Write("passwd", ReadLayered(spec, "etc/passwd") + $"app:x:{id}:{id}:{spec.App}:/app:/bin/sh\n");
        Write("group", ReadLayered(spec, "etc/group") + $"app:x:{id}:\n");
        var hosts = new StringBuilder("127.0.0.1 localhost\n::1 localhost ip6-localhost\n");
        if (address is not null) hosts.Append(CultureInfo.InvariantCulture, $"{address} {host}\n");
        foreach (var (name, number) in spec.Links) hosts.Append(CultureInfo.InvariantCulture, $"{config.SubnetPrefix}.255.{number} {name}\n");
        Write("hosts", hosts.ToString());
        Write("resolv.conf", Nameservers.ForInstances());

        void Write(string name, string text)
        {
            var path = $"{etc}/{name}";
            File.WriteAllText(path, text);
            Libc.Check(Libc.ChangeMode(path, 0x1a4), $"chmod {path}");
        }
    }

    /// <summary>A small file of the topmost layer that has it as a plain file; links are not followed, for they would lead into the host.</summary>
    private string ReadLayered(InstanceSpec spec, string path)
    {
        foreach (var layer in spec.Layers.Reverse())
        {
            var folder = Path.Combine(config.LayersDirectory, layer.FileName);
            if (Libc.Status($"{folder}/etc") is not { IsDirectory: true }) continue;
            if (Libc.Status($"{folder}/{path}") is { IsFile: true, Size: < 1 << 20 }) return File.ReadAllText($"{folder}/{path}").TrimEnd('\n') + "\n";
        }

        return path.EndsWith("passwd", StringComparison.Ordinal) ? "root:x:0:0:root:/root:/bin/sh\n" : "root:x:0:\n";
    }
}
