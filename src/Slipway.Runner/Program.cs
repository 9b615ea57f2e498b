using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Runner;
using Slipway.Runner.Commands;

if (args is ["--version"])
{
    Console.WriteLine($"slipway-runner {Daemon.Version}");
    return 0;
}

var stopAll = args is ["stop-all", ..];
var path = ServerConfig.DefaultPath;
switch (stopAll ? args[1..] : args)
{
    case []:
        break;
    case ["--config", var given]:
        path = given;
        break;
    default:
        Console.Error.WriteLine("Usage: slipway-runner [stop-all] [--config FILE] | --version");
        return 2;
}

Journal.Verbose = Environment.GetEnvironmentVariable("SLIPWAY_DEBUG") == "1";
try
{
    var config = ServerConfig.Load(path);
    await (stopAll ? Shutdown.RunAsync(config) : Daemon.RunAsync(config));
    return 0;
}
catch (SlipwayException e)
{
    Journal.Warn(string.Join(' ', new[] { e.Error.Message, e.Error.Why, e.Error.Next }.OfType<string>()));
    return 1;
}
