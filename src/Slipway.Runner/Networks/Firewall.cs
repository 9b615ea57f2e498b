using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Networks;

/// <summary>A connection that is allowed: from an instance to an add-on.</summary>
internal readonly record struct Link(string From, string To);

/// <summary>
/// The server's nftables. Out to the internet; in only from the host; between instances only along links; nothing to the
/// host's own ports but the one that takes errors, or to link-local addresses (cloud metadata). Instances have no IPv6 and cannot forge an address, for
/// they have no capabilities; so rules by IPv4 address are enough.
/// </summary>
internal sealed class Firewall(ServerConfig config)
{
    private const string Nft = "/usr/sbin/nft";

    /// <summary>
    /// On a host with br_netfilter (Docker loads it) what passes along a link is looked at twice: by the bridge's table, then
    /// by inet's, which cannot tell it from a packet sent to another instance through the gateway. The mark tells them apart;
    /// the kernel clears marks where a packet leaves its namespace, so an instance cannot set it.
    /// </summary>
    private const string Linked = "0x01000000";

    /// <summary>Replaces the whole ruleset in one transaction, so that at no time is there a gap in it.</summary>
    public Task ResetAsync(IEnumerable<Link> links, CancellationToken cancel)
    {
        var file = Path.Combine(config.Run, "firewall.nft");
        Folders.Write(file, Ruleset(links));
        return new Command(Nft, "-f", file).RunAsync(cancel);
    }

    public Task AllowAsync(IReadOnlyList<Link> links, CancellationToken cancel) =>
        links.Count == 0 ? Task.CompletedTask : new Command(Nft, Elements("add", links)).RunAsync(cancel);

    /// <summary>Forgets links. Adding first makes forgetting what is absent no error; both are one transaction.</summary>
    public Task ForbidAsync(IReadOnlyList<Link> links, CancellationToken cancel) =>
        links.Count == 0 ? Task.CompletedTask : new Command(Nft, $"{Elements("add", links)}; {Elements("delete", links)}").RunAsync(cancel);

    /// <summary>The ruleset as the kernel has it.</summary>
    public async Task<string> ListAsync(CancellationToken cancel) =>
        await new Command(Nft, "list", "table", "inet", config.Name).RunAsync(cancel) + await new Command(Nft, "list", "table", "bridge", config.Name).RunAsync(cancel);

    /// <summary>Takes the whole ruleset away.</summary>
    public Task RemoveAsync(CancellationToken cancel) => new Command(Nft, string.Join("; ",
        new[] { "inet", "bridge" }.Select(family => $"table {family} {config.Name}; delete table {family} {config.Name}"))).RunAsync(cancel);

    private string Elements(string verb, IEnumerable<Link> links) =>
        $"{verb} element bridge {config.Name} links {{ {string.Join(", ", links.Select(l => $"{l.From} . {l.To}"))} }}";

    private string Ruleset(IEnumerable<Link> links)
    {
        var (table, bridge, subnet) = (config.Name, config.Bridge, config.SubnetPrefix + ".0.0/16");
        var known = string.Join(", ", links.Distinct().Select(l => $"{l.From} . {l.To}"));
        return $$"""
            table inet {{table}}
            delete table inet {{table}}
            table inet {{table}} {
              chain input {
                type filter hook input priority filter - 5; policy accept;
                iifname != "{{bridge}}" return
                ct state established,related accept
                {{(config.ErrorsPort == 0 ? "" : $"ip saddr {subnet} ip daddr {config.Gateway} tcp dport {config.ErrorsPort} accept")}}
                drop
              }
              chain forward {
                type filter hook forward priority filter - 5; policy accept;
                iifname "{{bridge}}" jump from_instances
                oifname "{{bridge}}" jump to_instances
              }
              chain from_instances {
                meta nfproto ipv6 drop
                oifname "{{bridge}}" meta mark and {{Linked}} == {{Linked}} accept
                oifname "{{bridge}}" drop
                ip saddr != {{subnet}} drop
                ip daddr { 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/3 } drop
              }
              chain to_instances {
                ct state established,related accept
                drop
              }
              chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr {{subnet}} oifname != "{{bridge}}" masquerade
              }
            }
            table bridge {{table}}
            delete table bridge {{table}}
            table bridge {{table}} {
              set links {
                type ipv4_addr . ipv4_addr
                {{(known.Length > 0 ? $"elements = {{ {known} }}" : "")}}
              }
              chain forward {
                type filter hook forward priority filter; policy accept;
                ip saddr {{subnet}} ip daddr {{subnet}} jump between_instances
              }
              chain between_instances {
                ip saddr . ip daddr @links ip protocol tcp meta mark set meta mark or {{Linked}} accept
                ip daddr . ip saddr @links tcp flags & (syn | ack) != syn meta mark set meta mark or {{Linked}} accept
                drop
              }
            }

            """;
    }
}
