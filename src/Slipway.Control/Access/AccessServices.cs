using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Slipway.Control.Access;

internal static class AccessServices
{
    public const string AdminPolicy = "admin";

    /// <summary>What an endpoint does not say about access is answered by the fallback: nobody without a token.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        // Not AddAuthentication: it would bring a key ring in a file, and tokens need none.
        services.AddAuthenticationCore(options => options.DefaultScheme = TokenAuthentication.SchemeName).AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        var authenticated = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        services.AddAuthorizationBuilder()
            .SetDefaultPolicy(authenticated)
            .SetFallbackPolicy(authenticated)
            .AddPolicy(AdminPolicy, policy => policy.RequireAuthenticatedUser().RequireRole(Roles.Admin));
        return services.AddSingleton<Tokens>().AddSingleton<Sessions>().AddSingleton<FailedLogins>().AddSingleton<Accounts>().AddSingleton<Capabilities>();
    }
}
