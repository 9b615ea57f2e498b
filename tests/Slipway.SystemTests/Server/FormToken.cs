using System.Text.RegularExpressions;

namespace Slipway.SystemTests.Server;

internal static partial class FormToken
{
    public static string In(string page)
    {
        var match = Pattern().Match(page);
        Assert.True(match.Success, $"No form of Django in: {page}");
        return match.Groups[1].Value;
    }

    [GeneratedRegex("""name="csrfmiddlewaretoken" value="([^"]+)""")]
    private static partial Regex Pattern();
}
