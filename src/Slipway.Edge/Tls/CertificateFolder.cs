using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;

namespace Slipway.Edge.Tls;

/// <summary>
/// Certificates with their keys on the edge's disk, so that it serves TLS with slipwayd stopped: a file each, which only
/// the edge's own user can read.
/// </summary>
internal sealed class CertificateFolder(ServerConfig config)
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Folder => Path.Combine(config.EdgeDirectory, "certificates");

    public bool Has(string id) => File.Exists(PathOf(id));

    public IReadOnlyList<string> Ids() =>
        Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Where(CertificateFile.IsId)] : [];

    /// <exception cref="SlipwayException">422 <c>invalid_certificate</c>: nothing that could be served.</exception>
    public void Save(string id, CertificateFile certificate)
    {
        if (!CertificateFile.IsId(id) || CertificateFile.IdOf(certificate.Chain) != id) throw Invalid(id, "The id is not the SHA-256 of the chain.");
        try
        {
            ServedCertificate.Parse(certificate);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Invalid(id, e.Message);
        }

        Directory.CreateDirectory(Folder, Mine | UnixFileMode.UserExecute);
        // Aside, flushed, renamed; the name aside is of this process, since during a change of workers there are two.
        var aside = $"{PathOf(id)}.{Environment.ProcessId}";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mine }))
        {
            JsonSerializer.Serialize(file, certificate, ContractsJson.Default.CertificateFile);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, PathOf(id), overwrite: true);
    }

    /// <exception cref="IOException">It is not there.</exception>
    /// <exception cref="JsonException">The file is damaged.</exception>
    public CertificateFile Load(string id)
    {
        using var file = File.OpenRead(PathOf(id));
        return JsonSerializer.Deserialize(file, ContractsJson.Default.CertificateFile) ?? throw new JsonException("it holds only 'null'");
    }

    public void KeepOnly(IReadOnlySet<string> ids)
    {
        foreach (var id in Ids().Where(id => !ids.Contains(id))) File.Delete(PathOf(id));
    }

    private string PathOf(string id) => Path.Combine(Folder, id + ".json");

    private static SlipwayException Invalid(string id, string why) =>
        new(422, new SlipwayError("invalid_certificate", $"The certificate {(CertificateFile.IsId(id) ? id : "")} cannot be served.") { Why = why });
}
