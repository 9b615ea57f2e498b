using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Slipway.Control.Access;

internal static class AccessServices
{
    public const string AdminPolicy = "admin";

    /// <summary>What an endpoint does not say about access is answered by the fallback: nobody without a token that is for this.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        // Not AddAuthentication: it would bring a key ring in a file, and tokens need none.
        services.AddAuthenticationCore(options => options.DefaultScheme = TokenAuthentication.SchemeName).AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        var authenticated = Policy().Build();
        services.AddAuthorizationBuilder()
            .SetDefaultPolicy(authenticated)
            .SetFallbackPolicy(authenticated)
            .AddPolicy(AdminPolicy, Policy().RequireRole(Roles.Admin).Build());
        return services.AddSingleton<IAuthorizationHandler, ScopeHandler>()
            .AddSingleton<Tokens>().AddSingleton<Sessions>().AddSingleton<FailedLogins>().AddSingleton<RequestBudgets>().AddSingleton<Accounts>()
            .AddSingleton<Passwords>().AddSingleton<Authorizations>().AddSingleton<Collaborators>().AddSingleton<Teams>().AddSingleton<BrowserLogins>().AddSingleton<Capabilities>();
    }

    private static AuthorizationPolicyBuilder Policy() => new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new ScopeRequirement());
}
