namespace Slipway.Control.Explanations;

internal static class ExplanationServices
{
    public static IServiceCollection AddExplanations(this IServiceCollection services) => services
        .AddSingleton<Part, DeployPart>().AddSingleton<Part, RoutePart>().AddSingleton<Part, EnvPart>()
        .AddSingleton<Part, InstancePart>().AddSingleton<Part, BuildPart>().AddSingleton<Part, SettingsPart>()
        .AddSingleton<AppSecrets>()
        .AddSingleton<Explainer>();
}
