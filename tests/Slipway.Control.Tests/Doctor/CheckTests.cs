using System.Net;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Runner;
using Slipway.Control.Doctor;

namespace Slipway.Control.Tests.Doctor;

/// <summary>Each check says nothing of a server that is well, and names what is wrong with one that is not.</summary>
public sealed class CheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RunnerInfo Runner = new("0.1.0", "/usr/sbin/runc", "1.1.5+ds1", "", 2, "2.1.6", "10.83.0.1", 8L << 30, 4);

    private static readonly IPAddress Own = IPAddress.Parse("192.0.2.7"), Other = IPAddress.Parse("198.51.100.9");

    /// <summary>Near each limit, and on its right side.</summary>
    private static readonly ServerFacts Well = new()
    {
        Now = Now,
        Domain = "example.org",
        Daemons = new DaemonFacts("0.1.0", Runner, null, "0.1.0", null, null),
        Disk = (3L << 30, 40L << 30),
        Memory = (512L << 20, 8L << 30),
        ClockIsKept = true,
        NewestEvent = Now + TimeSpan.FromSeconds(5),
        Ports = [new PortFacts("HTTP", 80, null), new PortFacts("SSH", 2222, null)],
        Domains = [new DomainFacts("slipway.example.org", null, [Own], null), new DomainFacts("www.example.net", "blog", [Other, Own], null)],
        Addresses = [IPAddress.Loopback, Own],
        Certificates = [new CertificateFacts("www.example.net", "blog", true, Now + TimeSpan.FromDays(15), null), new CertificateFacts("shop.example.net", "shop", false, Now + TimeSpan.FromDays(300), null)],
        Backups = [new BackupFacts("postgresql-blog", "blog", Now - TimeSpan.FromDays(90), Now - TimeSpan.FromDays(7), true, null), new BackupFacts("postgresql-new", "new", Now - TimeSpan.FromHours(3), null, false, null)],
        Mail = new MailFacts(true, true, 3, Now - TimeSpan.FromMinutes(50), "451 come again later"),
        Packages = new Dictionary<string, string?> { ["runc"] = "1.1.5", ["conmon"] = "2.1.6" },
    };

    private static readonly Dictionary<string, (string Check, ServerFacts Facts)> Ill = new()
    {
        ["runner_away"] = ("daemons", Well with { Daemons = Well.Daemons with { Runner = null, RunnerTrouble = "there is no socket" } }),
        ["edge_away"] = ("daemons", Well with { Daemons = Well.Daemons with { EdgeVersion = null, EdgeTrouble = "refused" } }),
        ["reconciling_stuck"] = ("daemons", Well with { Daemons = Well.Daemons with { Reconciling = "database is locked" } }),
        ["versions_differ"] = ("versions", Well with { Daemons = Well.Daemons with { EdgeVersion = "0.0.9" } }),
        ["program_old"] = ("versions", Well with { Daemons = Well.Daemons with { Runner = Runner with { OciRuntimeVersion = "1.0.0~rc93" } } }),
        ["kernel_feature_missing"] = ("kernel", Well with { Kernel = Well.Kernel with { MissingControllers = ["memory"] } }),
        ["package_missing"] = ("packages", Well with { Packages = new Dictionary<string, string?> { ["runc"] = "1.1.5", ["conmon"] = null } }),
        ["disk_nearly_full"] = ("disk", Well with { Disk = (1L << 30, 40L << 30) }),
        ["memory_nearly_gone"] = ("memory", Well with { Memory = (300L << 20, 8L << 30) }),
        ["clock_set_back"] = ("clock", Well with { NewestEvent = Now + TimeSpan.FromMinutes(2) }),
        ["clock_not_kept"] = ("clock", Well with { ClockIsKept = false }),
        ["port_silent"] = ("ports", Well with { Ports = [new PortFacts("HTTP", 80, "Connection refused")] }),
        ["domain_unknown"] = ("dns", Well with { Domains = [new DomainFacts("www.example.net", "blog", null, "No such host is known")] }),
        ["domain_elsewhere"] = ("dns", Well with { Domains = [new DomainFacts("www.example.net", "blog", [Other], null)] }),
        ["certificate_ends"] = ("certificates", Well with { Certificates = [new CertificateFacts("www.example.net", "blog", false, Now + TimeSpan.FromDays(3), null)] }),
        ["certificate_refused"] = ("certificates", Well with { Certificates = [new CertificateFacts("www.example.net", "blog", true, null, "unauthorized: no such name")] }),
        ["backup_absent"] = ("backups", Well with { Backups = [new BackupFacts("postgresql-blog", "blog", Now - TimeSpan.FromDays(2), null, false, null)] }),
        ["backup_old"] = ("backups", Well with { Backups = [new BackupFacts("postgresql-blog", "blog", Now - TimeSpan.FromDays(90), Now - TimeSpan.FromDays(9), true, null)] }),
        ["backup_failed"] = ("backups", Well with { Backups = [new BackupFacts("postgresql-blog", "blog", Now - TimeSpan.FromDays(90), Now - TimeSpan.FromDays(2), true, "pg_dump: no space left")] }),
        ["backup_lost"] = ("backups", Well with { Backups = [new BackupFacts("postgresql-blog", "blog", Now - TimeSpan.FromDays(90), Now - TimeSpan.FromDays(1), false, null)] }),
        ["mail_relay_away"] = ("mail", Well with { Mail = new MailFacts(true, false, 0, null, null) }),
        ["mail_stuck"] = ("mail", Well with { Mail = Well.Mail with { Oldest = Now - TimeSpan.FromHours(2) } }),
        ["orphans"] = ("orphans", Well with { Orphans = [new OrphanFacts("layer", "sha256:1234", 5 << 20)] }),
    };

    public static TheoryData<string> Codes => [.. Ill.Keys];

    [Fact]
    public void A_server_that_is_well_is_left_alone() => Assert.All(DoctorServices.Look(Well).Parts, part => Assert.Empty(part.Found));

    [Theory]
    [MemberData(nameof(Codes))]
    public void What_is_wrong_is_named_by_the_check_that_it_belongs_to_and_by_no_other(string code)
    {
        var (check, facts) = Ill[code];
        var parts = DoctorServices.Look(facts).Parts;
        var found = Assert.Single(parts.SelectMany(part => part.Found.Select(one => (part.Name, Diagnosis: one))));
        Assert.Equal((check, code), (found.Name, found.Diagnosis.Code));
        Assert.NotEmpty(found.Diagnosis.Cause);
        Assert.NotEmpty(found.Diagnosis.Fix);
    }

    [Fact]
    public void Every_check_is_seen_failing() => Assert.Equal(Check.All.Select(check => check.Name).Order(), Ill.Values.Select(one => one.Check).Distinct().Order());

    [Fact]
    public void Every_code_has_its_place_in_the_docs()
    {
        var page = File.ReadAllText(Path.Combine(DocsFolder(), "doctor.md"));
        foreach (var code in Ill.Keys) Assert.Contains($"\n### {code}\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_backup_is_mended_by_a_command_that_names_its_app()
    {
        var found = DoctorServices.Look(Ill["backup_absent"].Facts).Parts.SelectMany(part => part.Found).Single();
        Assert.Equal(["backups", "capture", "postgresql-blog", "--app", "blog"], found.Action!.Command);
    }

    [Fact]
    public void This_machine_is_read()
    {
        Assert.InRange(MachineFacts.Memory().Available, 1 << 20, MachineFacts.Memory().Total);
        Assert.Contains(IPAddress.Loopback, MachineFacts.Addresses());
        Assert.True(MachineFacts.Kernel().Overlay);
        var packages = MachineFacts.Packages(["tzdata", "no-such-package"]);
        Assert.True(packages.Count == 0 || packages is { Count: 2 } && packages["no-such-package"] is null && packages["tzdata"] is not null);
    }

    private static string DocsFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); ; folder = folder.Parent!)
            if (Directory.Exists(Path.Combine(folder.FullName, "docs"))) return Path.Combine(folder.FullName, "docs");
    }
}
