using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Control.Webhooks;

namespace Slipway.Control.Tests.Webhooks;

public sealed class DeliveryTests
{
    private const string Secret = "It's a Secret to Everybody";
    private static readonly byte[] Body = "Hello, World!"u8.ToArray();

    [Fact]
    public void GitHubs_own_example_is_signed() =>
        Assert.True(Signed(("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")));

    [Theory]
    [InlineData("X-Gitea-Signature", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", true)]
    [InlineData("X-Gitlab-Token", Secret, true)]
    [InlineData("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18", false)]
    [InlineData("X-Hub-Signature-256", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", false)]
    [InlineData("X-Hub-Signature-256", "", false)]
    [InlineData("X-Hub-Signature", "sha1=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", false)]
    [InlineData("X-Gitlab-Token", "it's a secret to everybody", false)]
    [InlineData("X-Gitlab-Token", "", false)]
    [InlineData("X-Other", "x", false)]
    public void A_signature_is_right_or_it_is_none(string header, string value, bool signed) => Assert.Equal(signed, Signed((header, value)));

    [Theory]
    [InlineData("X-GitHub-Event", "push", """{"ref":"refs/heads/main","after":"3f2a"}""", "main", false)]
    [InlineData("X-Gitea-Event", "push", """{"ref":"refs/heads/feature/x","after":"3f2a"}""", "feature/x", false)]
    [InlineData("X-Gitlab-Event", "Push Hook", """{"ref":"refs/heads/main","after":"0000"}""", "main", true)]
    [InlineData("X-Gitlab-Event", "Tag Push Hook", """{"ref":"refs/tags/v1"}""", null, false)]
    [InlineData("X-GitHub-Event", "push", """{"ref":"refs/tags/v1","after":"3f2a"}""", null, false)]
    [InlineData("X-GitHub-Event", "ping", """{"zen":"…"}""", null, false)]
    [InlineData("X-GitHub-Event", "push", "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C+%22after%22%3A%223f%22%7D", "main", false)]
    [InlineData("X-GitHub-Event", "push", """{"ref":7}""", null, false)]
    public void A_delivery_says_which_branch(string header, string kind, string body, string? branch, bool isDeletion)
    {
        var delivery = Delivery.Parse(new HeaderDictionary { [header] = kind }, Encoding.UTF8.GetBytes(body));
        Assert.Equal((branch, isDeletion), (delivery?.Branch, delivery?.IsDeletion ?? false));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("payload=%7B")]
    public void What_is_no_json_is_none(string body) =>
        Assert.Null(Delivery.Parse(new HeaderDictionary { ["X-GitHub-Event"] = "push" }, Encoding.UTF8.GetBytes(body)));

    private static bool Signed((string Name, string Value) header) => Delivery.IsSigned(new HeaderDictionary { [header.Name] = header.Value }, Body, Secret);
}
