namespace Slipway.Control.Git;

internal static class GitServices
{
    public static IServiceCollection AddGit(this IServiceCollection services) => services
        .AddSingleton<GitProgram>()
        .AddSingleton<GitRepositories>()
        .AddSingleton<Pushes>()
        .AddSingleton<PushReceiver>()
        .AddSingleton<HttpBackend>()
        .AddSingleton<GitSession>()
        .AddHostedService<GitStart>()
        .AddHostedService<GitSocket>();

    /// <summary>Before the API answers.</summary>
    private sealed class GitStart(GitRepositories repositories) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            repositories.Open();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
