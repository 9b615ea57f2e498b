using Slipway.Control.Instances;

namespace Slipway.Control.Mail;

internal static class MailServices
{
    public static IServiceCollection AddMail(this IServiceCollection services) => services
        .AddSingleton<Outgoing>()
        .AddSingleton<MailKeys>()
        .AddSingleton<MailRelay>()
        .AddSingleton<IAddonServers>(provider => provider.GetRequiredService<MailRelay>())
        .AddSingleton<MailApps>()
        .AddSingleton<MailFiles>()
        .AddSingleton<MailBell>()
        .AddSingleton<MailLedger>()
        .AddSingleton<MailEndpoint>()
        .AddHostedService<MailCourier>();
}
