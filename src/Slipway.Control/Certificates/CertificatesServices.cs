namespace Slipway.Control.Certificates;

internal static class CertificatesServices
{
    public static IServiceCollection AddCertificates(this IServiceCollection services) => services.AddHostedService<CertificateKeeper>();
}
