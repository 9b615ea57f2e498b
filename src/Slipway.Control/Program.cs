using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control;
using Slipway.Control.Server;

try
{
    var (verb, configFile) = CommandLine.Parse(args);
    var server = ServerConfig.Load(configFile);
    return verb switch
    {
        CommandLine.Serve => await Daemon.RunAsync(server),
        _ => await AdminToken.RunAsync(server, configFile),
    };
}
catch (SlipwayException e)
{
    Console.Error.WriteLine(string.Join("\n  ", new[] { e.Error.Message, e.Error.Why, e.Error.Next }.Where(line => line is not null)));
    return 1;
}
