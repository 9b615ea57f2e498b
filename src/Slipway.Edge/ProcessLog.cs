using Microsoft.Extensions.Logging;

namespace Slipway.Edge;

/// <summary>What the process itself has to say, a line at a time on stderr, where its supervisor keeps it.</summary>
internal sealed class ProcessLog(string role) : ILoggerFactory, ILogger
{
    public void Write(string text) => Console.Error.WriteLine($"slipway-edge {role}[{Environment.ProcessId}]: {text}");

    /// <summary>Of the libraries only what is wrong with the process; failed requests are in the apps' own logs.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Write(exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception}");
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
