using System.Diagnostics;
using System.Globalization;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Edge.Admin;
using Slipway.Edge.Master;
using Slipway.Edge.Worker;

const string Usage = """
    slipway-edge [--config FILE]            serve: hold the sockets and keep a worker running
    slipway-edge restart [--config FILE]    put a new worker in the place of the running one; no request is dropped
    slipway-edge --version
    """;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
var verb = "serve";
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--config" or "--listen" && i + 1 < args.Length) options[args[i]] = args[++i];
    else if (i == 0) verb = args[i];
    else verb = "";
}

var configPath = options.GetValueOrDefault("--config", ServerConfig.DefaultPath);
try
{
    switch (verb)
    {
        case "serve":
            return await new EdgeMaster(ServerConfig.Load(configPath), configPath).RunAsync();
        case "worker":
            int[] fds = [.. options["--listen"].Split(',').Select(int.Parse)];
            return await new WorkerMain(ServerConfig.Load(configPath), fds).RunAsync();
        case "restart":
            return Reload.Send(ServerConfig.Load(configPath));
        case "--version":
            Console.WriteLine(AdminApi.Version);
            return 0;
        case "--help" or "help":
            Console.WriteLine(Usage);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (SlipwayException e)
{
    Console.Error.WriteLine($"slipway-edge: {e.Error.Message}");
    if (e.Error.Why is { } why) Console.Error.WriteLine($"  why:  {why}");
    if (e.Error.Next is { } next) Console.Error.WriteLine($"  next: {next}");
    return 1;
}
