namespace Slipway.Control.Mail;

internal static class MailServices
{
    public static IServiceCollection AddMail(this IServiceCollection services) => services
        .AddSingleton<Outgoing>();
}
