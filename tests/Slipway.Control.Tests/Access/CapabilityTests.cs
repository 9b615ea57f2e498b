using Slipway.Control.Access;
using Slipway.Control.Secrets;

namespace Slipway.Control.Tests.Access;

public sealed class CapabilityTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void A_grant_comes_back_until_its_time_is_over()
    {
        var capabilities = New(1);
        var token = capabilities.Issue("put 7", TimeSpan.FromMinutes(5));
        Assert.Equal("put 7", capabilities.Check(token));
        Assert.Equal("put 7", New(1).Check(token)); // a restarted slipwayd
        _clock.Now += TimeSpan.FromMinutes(6);
        Assert.Null(capabilities.Check(token));
    }

    [Fact]
    public void A_changed_or_foreign_token_grants_nothing()
    {
        var capabilities = New(1);
        var token = capabilities.Issue("put 7", TimeSpan.FromMinutes(5));
        Assert.Null(New(2).Check(token));
        Assert.Null(capabilities.Check(""));
        Assert.Null(capabilities.Check("not base64 at all!"));
        Assert.Null(capabilities.Check(token[..^5]));
        for (var at = 0; at < token.Length - 1; at++)
        {
            var changed = token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
            Assert.Null(capabilities.Check(changed));
        }
    }

    private Capabilities New(byte key) => new(new SecretBox(Enumerable.Repeat(key, 32).ToArray()), _clock);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
