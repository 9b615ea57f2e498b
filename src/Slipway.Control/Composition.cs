using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Alerts;
using Slipway.Control.Apps;
using Slipway.Control.AppWebhooks;
using Slipway.Control.Attach;
using Slipway.Control.Builds;
using Slipway.Control.Certificates;
using Slipway.Control.Cron;
using Slipway.Control.Dashboard;
using Slipway.Control.Deploys;
using Slipway.Control.Diagnoses;
using Slipway.Control.Doctor;
using Slipway.Control.Drains;
using Slipway.Control.Drops;
using Slipway.Control.Ejections;
using Slipway.Control.Errors;
using Slipway.Control.Events;
using Slipway.Control.Explanations;
using Slipway.Control.Git;
using Slipway.Control.Images;
using Slipway.Control.Instances;
using Slipway.Control.Keys;
using Slipway.Control.Logs;
using Slipway.Control.Mail;
using Slipway.Control.Manual;
using Slipway.Control.Metrics;
using Slipway.Control.Pipelines;
using Slipway.Control.Reconcile;
using Slipway.Control.Registries;
using Slipway.Control.Releases;
using Slipway.Control.Remotes;
using Slipway.Control.Routing;
using Slipway.Control.Secrets;
using Slipway.Control.Server;
using Slipway.Control.Setups;
using Slipway.Control.Sources;
using Slipway.Control.Stacks;
using Slipway.Control.Store;
using Slipway.Control.Support;
using Slipway.Control.Telemetry;
using Slipway.Control.Transfers;
using Slipway.Control.Uploads;
using Slipway.Control.Volumes;
using Slipway.Control.Webhooks;

namespace Slipway.Control;

/// <summary>Which parts slipwayd is made of. What each part registers is said in its own folder.</summary>
internal static class Composition
{
    public static IServiceCollection AddSlipway(this IServiceCollection services, ServerConfig server) => services
        .AddSingleton(server)
        .AddSingleton(TimeProvider.System)
        .AddHostedService<IdleMemory>()
        .AddSingleton(new RunnerClient(server.RunnerSocket))
        .AddSingleton(_ => SecretBox.Load(server))
        .AddStore(server)
        .AddAccess()
        .AddEvents()
        .AddApps().AddReference()
        .AddVolumes()
        .AddLogs()
        .AddAttach()
        .AddUploads()
        .AddSources()
        .AddStacks()
        .AddBuilds()
        .AddImages()
        .AddReleases()
        .AddAddons()
        .AddTransfers()
        .AddInstances()
        .AddAppRouting()
        .AddCertificates()
        .AddCron() // before the reconciler, which removes what nobody owns
        .AddReconcile()
        .AddDeploys().AddDiagnoses().AddErrors().AddAlerts().AddMail().AddHostedService<InstanceDoor>().AddEjections().AddDoctor().AddExplanations().AddSupport()
        .AddAppMetrics().AddTelemetry()
        .AddKeys()
        .AddRemotes()
        .AddDrains()
        .AddRegistries()
        .AddWebhooks()
        .AddAppWebhooks()
        .AddSetups()
        .AddPipelines()
        .AddGit()
        .AddDrops()
        .AddDashboard();
}
