using System.Security.Cryptography;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Access;

namespace Slipway.Control.Uploads;

/// <summary>
/// Archives on their way to becoming sources. Each has one URL to be put at, once, and one by which a build names it,
/// once; what is not used within the hour is deleted.
/// </summary>
internal sealed partial class UploadStore(ServerConfig server, Capabilities capabilities, TimeProvider time, ILogger<UploadStore> logger)
    : BackgroundService
{
    public const long MaxBytes = 1L << 30;

    private const string ManifestSuffix = ".manifest";

    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(10);

    private string Folder => Path.Combine(server.ControlDirectory, "uploads");

    /// <returns>Tokens to put the archive with, and to name it by.</returns>
    public (string Put, string Get) Begin()
    {
        var id = Guid.NewGuid().ToString("N");
        return (capabilities.Issue($"put {id}", Life), capabilities.Issue($"get {id}", Life));
    }

    /// <summary>The same for an archive of only a part of a source.</summary>
    /// <param name="app">The one that it may become a source of.</param>
    /// <param name="manifest">What the whole source is; kept beside the archive.</param>
    public (string Put, string Get) Begin(Guid app, byte[] manifest)
    {
        var id = $"{Guid.NewGuid():N}-{app:N}";
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, id + ManifestSuffix), manifest);
        return (capabilities.Issue($"put {id}", Life), capabilities.Issue($"get {id}", Life));
    }

    /// <summary>What the archive that was taken is a part of, once.</summary>
    /// <returns>Null when it is a whole source.</returns>
    /// <exception cref="SlipwayException">404: it was begun for another app.</exception>
    public byte[]? TakeManifest(string token, Guid app)
    {
        var file = FileOf(token, "get") + ManifestSuffix;
        if (!Path.GetFileName(file).Contains('-')) return null;
        if (!File.Exists(file) || !file.EndsWith($"-{app:N}{ManifestSuffix}", StringComparison.Ordinal)) throw NoUpload("It was begun for another app, or is used already.");
        var manifest = File.ReadAllBytes(file);
        File.Delete(file);
        return manifest;
    }

    /// <summary>Writes the archive to disk as it comes. One that is cut short leaves nothing, and may be sent again.</summary>
    public async Task ReceiveAsync(string token, Stream body, CancellationToken cancel)
    {
        var file = FileOf(token, "put");
        var part = file + ".part";
        Directory.CreateDirectory(Folder);
        if (File.Exists(file)) throw Used();
        await using (var stream = Create(part))
        {
            try
            {
                await body.CopyToAsync(stream, cancel);
            }
            catch
            {
                File.Delete(part);
                throw;
            }
        }

        File.Move(part, file);
    }

    /// <summary>Opens an archive for the one build that it was sent for; it has no name any more, and is gone when the stream is closed.</summary>
    /// <param name="checksum"><c>SHA256:</c> and hex digits that it must have; null for any.</param>
    public async Task<Stream> TakeAsync(string token, string? checksum, CancellationToken cancel)
    {
        var file = FileOf(token, "get");
        var taken = file + ".taken";
        try
        {
            File.Move(file, taken);
        }
        catch (FileNotFoundException)
        {
            throw NoUpload("Nothing was uploaded there, or a build took it already.");
        }

        // Without a name from the moment that it is open: whatever crashes now, the disk gets its space back.
        var stream = new FileStream(taken, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        File.Delete(taken);
        if (checksum is null) return stream;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
        stream.Position = 0;
        if (checksum.Equals($"sha256:{hash}", StringComparison.OrdinalIgnoreCase)) return stream;
        await stream.DisposeAsync();
        throw new SlipwayException(422, new SlipwayError("checksum_mismatch", "The upload does not have the checksum that the build names.")
        {
            Why = $"It is SHA256:{hash}.",
            Next = "Upload it again.",
        });
    }

    /// <summary>Room for an archive that comes from elsewhere; it goes when the stream is closed, whatever crashes.</summary>
    public FileStream OpenNameless()
    {
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, Guid.NewGuid().ToString("N"));
        var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous });
        File.Delete(file);
        return stream;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepEvery, time);
        do
        {
            if (!Directory.Exists(Folder)) continue;
            foreach (var file in Directory.EnumerateFiles(Folder))
            {
                if (time.GetUtcNow() - File.GetLastWriteTimeUtc(file) <= Life) continue;
                LogSwept(file);
                File.Delete(file);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private string FileOf(string token, string verb) =>
        capabilities.Check(token)?.Split(' ') is [var granted, var id] && granted == verb
            ? Path.Combine(Folder, id)
            : throw NoUpload("The address is not one that Slipway gave out in the last hour.");

    private static FileStream Create(string part)
    {
        try
        {
            return new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        }
        catch (IOException) when (File.Exists(part))
        {
            throw Used();
        }
    }

    private static SlipwayException Used() => new(409, new SlipwayError("upload_used", "Something was uploaded to this address already.")
    {
        Next = "Ask for a new one: POST /sources",
    });

    private static SlipwayException NoUpload(string why) => new(404, new SlipwayError("upload_not_found", "There is no such upload.")
    {
        Why = why,
        Next = "Ask for a new address (POST /sources), put the archive there, then build it.",
    });

    [LoggerMessage(LogLevel.Information, "Deleting {File}, which no build took")]
    private partial void LogSwept(string file);
}

internal static class UploadsServices
{
    public static IServiceCollection AddUploads(this IServiceCollection services) => services
        .AddSingleton<UploadStore>()
        .AddHostedService(provider => provider.GetRequiredService<UploadStore>());
}
