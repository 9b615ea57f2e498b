using Slipway.Control.Access;
using Slipway.Control.Api;

namespace Slipway.Control.Dashboard;

/// <summary>
/// The dashboard: pages drawn here from what the caller may see, changed by their scripts through the public API alone,
/// with the session's cookie for a token. So a page can do nothing that the API would not allow its reader.
/// </summary>
internal static class DashboardRoutes
{
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").WithMetadata(new FailureStyle(FailurePage.WriteAsync));
        pages.MapGet("/", Home).WithName("dashboard.home").AllowAnonymous();
        pages.MapGet(LoginPage.Path, LoginPage.Show).WithName("dashboard.login").AllowAnonymous();
        pages.MapPost(LoginPage.Path, LoginPage.EnterAsync).WithName("dashboard.enter").AllowAnonymous();
        pages.MapPost(LoginPage.OutPath, LoginPage.LeaveAsync).WithName("dashboard.leave").AllowAnonymous();
        pages.MapGet("/dashboard/apps/{app}", AppPage.ShowAsync).WithName("dashboard.app");
        pages.MapGet("/dashboard/apps/{app}/deploys/{deploy}", DeployPage.ShowAsync).WithName("dashboard.deploy");
        pages.MapGet("/dashboard/apps/{app}/releases/{release}", ReleasePage.ShowAsync).WithName("dashboard.release").Needs(AppPermission.Deploy);
        pages.MapGet("/dashboard/apps/{app}/metrics", MetricsPage.Show).WithName("dashboard.metrics");
        pages.MapGet("/dashboard/apps/{app}/errors", ErrorPages.ListAsync).WithName("dashboard.errors");
        pages.MapGet("/dashboard/apps/{app}/errors/{error}", ErrorPages.ShowAsync).WithName("dashboard.error");
        pages.MapGet("/dashboard/apps/{app}/mail", MailPages.ListAsync).WithName("dashboard.mail").Needs(AppPermission.Operate);
        pages.MapGet("/dashboard/apps/{app}/mail/{mail}", MailPages.ShowAsync).WithName("dashboard.message").Needs(AppPermission.Operate);
        pages.MapGet("/dashboard/apps/{app}/mail/{mail}/html", MailPages.HtmlAsync).WithName("dashboard.message-html").Needs(AppPermission.Operate);
        pages.MapGet(ButtonPage.Path, ButtonPage.ShowAsync).WithName("dashboard.button");
        pages.MapGet("/dashboard/setups/{setup}", SetupPage.ShowAsync).WithName("dashboard.setup");
        routes.MapGet("/button.svg", Assets.GetButton).WithName("dashboard.button-picture").AllowAnonymous();
        pages.MapGet(BrowserLoginPage.Path + "/{login}", BrowserLoginPage.Show).WithName("dashboard.browser-login");
        pages.MapPost(BrowserLoginPage.Path + "/{login}", BrowserLoginPage.AnswerAsync).WithName("dashboard.answer-login");
        routes.MapGet(Assets.Pattern, Assets.Get).WithName("dashboard.asset").AllowAnonymous();
    }

    private static async Task<IResult> Home(HttpContext context, AppsPage apps, CancellationToken cancel) =>
        Actor.Find(context) is { } actor ? await apps.ShowAsync(actor, cancel) : LoginPage.Show(context);
}
