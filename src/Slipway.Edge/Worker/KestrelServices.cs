using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Edge.Worker;

/// <summary>
/// Kestrel's TLS looks for services of its own that only a web host builder registers. This one does that and nothing
/// else: there is no web host.
/// </summary>
internal sealed class KestrelServices : IWebHostBuilder
{
    private readonly IServiceCollection _services;

    private KestrelServices(IServiceCollection services) => _services = services;

    public static IServiceCollection AddTo(IServiceCollection services)
    {
        new KestrelServices(services).UseKestrelCore();
        return services.AddMetrics();
    }

    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(_services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices) =>
        ConfigureServices(services => configureServices(new WebHostBuilderContext(), services));

#pragma warning disable ASPDEPR008 // of the interface
    public IWebHost Build() => throw new NotSupportedException();
#pragma warning restore ASPDEPR008

    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

    public string? GetSetting(string key) => null;

    public IWebHostBuilder UseSetting(string key, string? value) => this;
}
