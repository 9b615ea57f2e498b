namespace Slipway.Control.Diagnoses;

internal static class DiagnosesServices
{
    public static IServiceCollection AddDiagnoses(this IServiceCollection services) => services
        .AddSingleton<Gatherer>()
        .AddSingleton<Examiner>();
}
