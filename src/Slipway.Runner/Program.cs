using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Runner;
using Slipway.Runner.Commands;

if (args is ["--version"])
{
    Console.WriteLine($"slipway-runner {Daemon.Version}");
    return 0;
}

var path = ServerConfig.DefaultPath;
switch (args)
{
    case []:
        break;
    case ["--config", var given]:
        path = given;
        break;
    default:
        Console.Error.WriteLine("Usage: slipway-runner [--config FILE] | --version");
        return 2;
}

Journal.Verbose = Environment.GetEnvironmentVariable("SLIPWAY_DEBUG") == "1";
try
{
    await Daemon.RunAsync(ServerConfig.Load(path));
    return 0;
}
catch (SlipwayException e)
{
    Journal.Warn(string.Join(' ', new[] { e.Error.Message, e.Error.Why, e.Error.Next }.OfType<string>()));
    return 1;
}
