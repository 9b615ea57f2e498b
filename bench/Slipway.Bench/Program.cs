using Slipway.Bench;

var server = new Server();
var results = new List<Result>();
try
{
    results.AddRange(await new Deploys(server).MeasureAsync());
    results.AddRange(await new InstanceStart(server).MeasureAsync());

    // Idle: nothing is asked of it while the garbage collectors come to rest.
    await Task.Delay(TimeSpan.FromSeconds(30));
    results.Add(new Memory(server).Measure());
    Table.Print(results);
    return 0;
}
finally
{
    await server.DestroyAllAsync();
}
