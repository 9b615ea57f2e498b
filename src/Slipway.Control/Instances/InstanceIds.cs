using System.Security.Cryptography;
using Slipway.Contracts.Names;

namespace Slipway.Control.Instances;

/// <summary>
/// Makes instance ids: <c>APP-SHAPE-RANDOM</c>, at most 37 characters. The shape is in the id because that is what the
/// runner gives back after any restart, so the planner can tell an instance of the size and domains that are wanted now
/// from one that was started before they changed.
/// </summary>
internal static class InstanceIds
{
    /// <summary>Shape of what is never compared: builds, one-offs, add-ons.</summary>
    public const string NoShape = "000000";

    /// <summary>Shape of a one-off that outlives whoever asked for it, and slipwayd.</summary>
    public const string Detached = "detach";

    private const string Alphabet = "abcdefghjkmnpqrstvwxyz0123456789";

    /// <param name="shape">Six letters or digits, see <see cref="ShapeOf"/>.</param>
    public static InstanceId New(AppName app, string shape) =>
        InstanceId.Parse($"{app.Value[..Math.Min(app.Value.Length, 20)]}-{shape}-{RandomNumberGenerator.GetString(Alphabet, 8)}");

    public static string ShapeOf(InstanceId id) =>
        id.Value.Split('-') is [.., var shape, _] ? shape : NoShape;
}
