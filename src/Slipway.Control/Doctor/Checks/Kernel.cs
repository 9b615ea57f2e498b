using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>What instances are kept in by.</summary>
internal sealed class Kernel : Check
{
    public override string Name => "kernel";

    public override string Looked(ServerFacts facts) => $"overlay, seccomp, user namespaces, forwarding, {(facts.Daemons.Runner is { } runner ? $"cgroup v{runner.CgroupVersion}" : "cgroups")}";

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        var kernel = facts.Kernel;
        if (!kernel.Overlay) yield return Lacks("overlay", "No instance has a root file system without it.", "modprobe overlay, and its name in /etc/modules-load.d/slipway.conf.");
        if (!kernel.Seccomp) yield return Lacks("seccomp", "Instances would be free to call anything of the kernel's.", "A kernel with CONFIG_SECCOMP_FILTER, as Debian's are.");
        if (!kernel.UserNamespaces) yield return Lacks("user namespaces", "Builds of Dockerfiles need them.", "sysctl user.max_user_namespaces=15000, and the same in /etc/sysctl.d/.");
        if (!kernel.Forwarding) yield return Lacks("forwarding", "Instances reach neither the internet nor their databases without it.", "sysctl net.ipv4.ip_forward=1; what turned it off (a firewall, /etc/sysctl.d/) will do so again.");
        if (kernel.MissingControllers.Count > 0)
            yield return Lacks($"control groups for {string.Join(", ", kernel.MissingControllers)}", "Limits on what an app uses are not enforced.", "On the kernel's command line: cgroup_enable=memory swapaccount=1, then reboot.");
    }

    private static Diagnosis Lacks(string what, string cause, string fix) => Found("kernel_feature_missing", $"The kernel lacks {what}, or it is turned off") with { Cause = cause, Fix = fix };
}
