namespace Slipway.Control.Events;

internal static class EventsServices
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<EventLog>();
}
