namespace Slipway.Control.Stacks;

internal static class StacksServices
{
    public static IServiceCollection AddStacks(this IServiceCollection services) => services
        .AddSingleton<StackCatalog>();
}
