namespace Slipway.Control.Addons;

/// <summary>Heroku's words for the life of an add-on.</summary>
internal static class AddonState
{
    /// <summary>Asked for, and perhaps half made; asking again goes on with it.</summary>
    public const string Provisioning = "provisioning";

    public const string Provisioned = "provisioned";

    /// <summary>Its end is decided: nobody is served by it any more, and its data may be gone already.</summary>
    public const string Deprovisioned = "deprovisioned";
}
