using Slipway.Control.Certificates.Acme;

namespace Slipway.Control.Certificates;

internal static class CertificatesServices
{
    public static IServiceCollection AddCertificates(this IServiceCollection services) => services
        .AddHostedService<CertificateKeeper>()
        .AddSingleton<AcmeKeeper>()
        .AddHostedService(provider => provider.GetRequiredService<AcmeKeeper>());
}
