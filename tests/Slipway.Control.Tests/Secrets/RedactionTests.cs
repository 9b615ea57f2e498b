using Slipway.Control.Secrets;

namespace Slipway.Control.Tests.Secrets;

public sealed class RedactionTests
{
    [Fact]
    public void Secrets_and_passwords_of_urls_are_taken_out_and_nothing_else()
    {
        var redaction = Redaction.Of(new Dictionary<string, string>
        {
            ["STRIPE_API_KEY"] = "sk_live_12345",
            ["DATABASE_URL"] = "postgres://blog:hunter22@db/blog",
            ["GREETING"] = "Hello there",
            ["PIN_TOKEN"] = "123",
        });
        Assert.Equal("Hello there: •••• postgres://blog:••••@db/blog 123", redaction.Apply("Hello there: sk_live_12345 postgres://blog:hunter22@db/blog 123"));
    }
}
