using System.Security.Cryptography;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Apps;

internal static class AppNames
{
    private static readonly string[] First =
    [
        "amber", "ancient", "autumn", "bold", "brave", "bright", "calm", "clear", "cool", "coral", "crisp", "damp", "dawn", "deep",
        "early", "fair", "fresh", "gentle", "golden", "green", "hidden", "icy", "late", "lively", "lucky", "misty", "morning", "noble",
        "northern", "open", "patient", "polar", "proud", "quiet", "rapid", "royal", "salty", "shining", "silent", "silver", "steady",
        "still", "summer", "sunny", "swift", "tidal", "warm", "western", "wild", "winter",
    ];

    private static readonly string[] Second =
    [
        "anchor", "bay", "beach", "breeze", "brook", "canal", "cliff", "cloud", "coast", "cove", "current", "delta", "dock", "drift",
        "dune", "ferry", "fjord", "fog", "gull", "harbor", "haven", "heron", "horizon", "inlet", "island", "keel", "lagoon", "lake",
        "lantern", "mast", "meadow", "mist", "moon", "oar", "ocean", "pier", "port", "quay", "rain", "reef", "ridge", "river", "sail",
        "sea", "shore", "sky", "sound", "spring", "star", "stream", "tide", "wave", "wharf", "wind",
    ];

    /// <summary>A name for an app whose owner gave none: <c>quiet-harbor-4821</c>.</summary>
    public static AppName Generate() => AppName.Parse(
        $"{First[RandomNumberGenerator.GetInt32(First.Length)]}-{Second[RandomNumberGenerator.GetInt32(Second.Length)]}-{RandomNumberGenerator.GetInt32(1000, 10_000)}");

    /// <exception cref="SlipwayException">422: not a name, or one of Slipway's own.</exception>
    public static AppName Check(string text)
    {
        var name = AppName.Parse(text);
        return name.IsReserved
            ? throw new SlipwayException(422, new SlipwayError("reserved_app_name", $"'{name}' cannot be the name of an app.")
            {
                Why = "Names that begin with 'slipway' belong to Slipway itself.",
                Next = $"Give one such as '{AppName.Example}'.",
            })
            : name;
    }
}
