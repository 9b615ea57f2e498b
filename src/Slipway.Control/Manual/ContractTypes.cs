using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Control.Manual;

/// <summary>
/// Which contracts a route takes and gives, by its name: <c>app-transfer.create</c> is of the noun AppTransfer. So a new route
/// is described as soon as it has a name; what is called otherwise is listed here.
/// </summary>
internal static class ContractTypes
{
    private static readonly Dictionary<string, Type> Nouns = new()
    {
        ["account-feature"] = typeof(Feature),
        ["app-feature"] = typeof(Feature),
        ["addon-attachment"] = typeof(AddonAttachment),
        ["buildpack"] = typeof(BuildpackInstallation),
        ["app-alert"] = typeof(Alert),
        ["app-alert-target"] = typeof(AlertTarget),
        ["error"] = typeof(AppError),
        ["session"] = typeof(Contracts.Api.Session),
        ["stacks"] = typeof(Stack),
        ["team-app-collaborator"] = typeof(Collaborator),
        ["team-feature"] = typeof(Feature),
        ["team-invitation"] = typeof(TeamMember),
        ["user"] = typeof(Account),
    };

    private static readonly Dictionary<string, Type> Answers = new()
    {
        ["account.create"] = typeof(NewAccount),
        ["account.rate-limits"] = typeof(RateLimits),
        ["addon.details"] = typeof(AddonDetails),
        ["release.changes"] = typeof(ReleaseChanges),
        ["config.show"] = typeof(IReadOnlyDictionary<string, string>),
        ["config.update"] = typeof(IReadOnlyDictionary<string, string>),
        ["cron.list"] = typeof(IReadOnlyList<CronJob>),
        ["cron.runs"] = typeof(IReadOnlyList<CronRun>),
        ["cron.run"] = typeof(CronRun),
        ["dyno.restart"] = typeof(IReadOnlyDictionary<string, string>),
        ["dyno.restart-all"] = typeof(IReadOnlyDictionary<string, string>),
        ["account.repositories-feature"] = typeof(Feature),
        ["dyno.stop"] = typeof(IReadOnlyDictionary<string, string>),
        ["error.occurrences"] = typeof(IReadOnlyList<ErrorOccurrence>),
        ["explanation.show"] = typeof(IReadOnlyList<ExplainedValue>),
        ["formation.update"] = typeof(IReadOnlyList<Formation>),
        ["login.begin"] = typeof(BrowserLogin),
        ["login.wait"] = typeof(LoginAnswer),
        ["release.config-vars"] = typeof(IReadOnlyDictionary<string, string>),
        ["server.settings"] = typeof(IReadOnlyDictionary<string, string>),
        ["settings.show"] = typeof(IReadOnlyList<DjangoSetting>),
        ["mail.list"] = typeof(IReadOnlyList<MailEntry>),
        ["mail.show"] = typeof(MailContent),
        ["mail.send"] = typeof(MailEntry),
        ["smarthost.test"] = typeof(SmarthostTest),
        ["stack.list"] = typeof(IReadOnlyList<Contracts.Runner.StackInfo>),
        ["team.permissions"] = typeof(IReadOnlyList<TeamAppPermission>),
        ["app.filter"] = typeof(IReadOnlyList<App>),
        ["addon-attachment.resolve"] = typeof(IReadOnlyList<AddonAttachment>),
        ["addon.resolve"] = typeof(IReadOnlyList<Addon>),
        ["plan.list"] = typeof(IReadOnlyList<AddonPlanView>),
        ["plan.show"] = typeof(AddonPlanView),
        ["acm.enable"] = typeof(App),
        ["acm.disable"] = typeof(App),
        ["acm.refresh"] = typeof(App),
        ["formation.restart"] = typeof(IReadOnlyDictionary<string, string>),
        ["formation.stop"] = typeof(IReadOnlyDictionary<string, string>),
        ["image.deploy"] = typeof(Build),
        ["name.check"] = typeof(NameCheck),
        ["pipeline-promotion.targets"] = typeof(IReadOnlyList<PipelinePromotionTarget>),
        ["pipeline.builds"] = typeof(IReadOnlyList<Build>),
        ["pipeline.deployments"] = typeof(IReadOnlyList<Release>),
        ["pipeline.releases"] = typeof(IReadOnlyList<Release>),
        ["pipeline.repository"] = typeof(ReviewRepository),
        ["pipeline.connect"] = typeof(ReviewRepository),
        ["pipeline.branch"] = typeof(RepositoryBranch),
        ["postgres.show"] = typeof(Database),
        ["postgres.wait-status"] = typeof(DatabaseStatus),
        ["postgres.disconnect"] = typeof(DatabaseMessage),
        ["postgres.reset"] = typeof(DatabaseMessage),
        ["postgres.credentials"] = typeof(IReadOnlyList<DatabaseCredential>),
        ["postgres.credential"] = typeof(DatabaseCredential),
        ["postgres.credential.rotate"] = typeof(DatabaseMessage),
        ["postgres.credential.rotate-all"] = typeof(DatabaseMessage),
        ["postgres.credential.repair"] = typeof(DatabaseMessage),
        ["review-app-config.vars"] = typeof(IReadOnlyDictionary<string, string>),
        ["review-app-config.set-vars"] = typeof(IReadOnlyDictionary<string, string>),
        ["source.create-partial"] = typeof(PartialSource),
        ["transfer.url"] = typeof(TransferUrl),
        ["buildpack.set"] = typeof(IReadOnlyList<BuildpackInstallation>),
    };

    private static readonly Dictionary<string, Type> Bodies = new()
    {
        ["app-alert-target.create"] = typeof(CreateAlertTargetRequest),
        ["account.password"] = typeof(SetPasswordRequest),
        ["account.set-password"] = typeof(SetPasswordRequest),
        ["app.filter"] = typeof(AppFilterRequest),
        ["account-feature.update"] = typeof(UpdateFeatureRequest),
        ["addon-attachment.create"] = typeof(CreateAddonAttachmentRequest),
        ["addon-attachment.resolve"] = typeof(ResolveAttachmentRequest),
        ["addon.resolve"] = typeof(ResolveAddonRequest),
        ["addon.expose"] = typeof(ExposeAddonRequest),
        ["error.update"] = typeof(UpdateAppErrorRequest),
        ["image.deploy"] = typeof(DeployImageRequest),
        ["log-drain.update"] = typeof(CreateLogDrainRequest),
        ["pipeline-coupling.create"] = typeof(CreateCouplingRequest),
        ["pipeline-coupling.update"] = typeof(UpdateCouplingRequest),
        ["pipeline-promotion.create"] = typeof(CreatePromotionRequest),
        ["pipeline.update"] = typeof(CreatePipelineRequest),
        ["pipeline.connect"] = typeof(ConnectRepositoryRequest),
        ["registry.login"] = typeof(RegistryLoginRequest),
        ["registry.login-of-app"] = typeof(RegistryLoginRequest),
        ["review-app-config.enable"] = typeof(ReviewAppConfigRequest),
        ["review-app-config.update"] = typeof(ReviewAppConfigRequest),
        ["review-app-config.set-vars"] = typeof(IReadOnlyDictionary<string, string>),
        ["mail-limit.set"] = typeof(SetMailLimitRequest),
        ["smarthost.test"] = typeof(TestSmarthostRequest),
        ["sni-endpoint.create"] = typeof(SniEndpointRequest),
        ["sni-endpoint.update"] = typeof(SniEndpointRequest),
        ["source.create-partial"] = typeof(SourceManifest),
        ["transfer.restore"] = typeof(RestoreRequest),
        ["transfer.copy"] = typeof(CopyRequest),
        ["transfer-schedule.create"] = typeof(TransferScheduleRequest),
        ["app-feature.update"] = typeof(UpdateFeatureRequest),
        ["buildpack.set"] = typeof(UpdateBuildpacksRequest),
        ["config.update"] = typeof(IReadOnlyDictionary<string, string>),
        ["dyno.run"] = typeof(CreateDynoRequest),
        ["formation.update"] = typeof(BatchFormationRequest),
        ["formation.update-one"] = typeof(FormationUpdate),
        ["key.add"] = typeof(CreateKeyRequest),
        ["login.begin"] = typeof(BeginLoginRequest),
        ["release.rollback"] = typeof(RollbackRequest),
        ["server.settings"] = typeof(IReadOnlyDictionary<string, string>),
        ["team-app-collaborator.create"] = typeof(CreateCollaboratorRequest),
        ["team-app-collaborator.update"] = typeof(UpdateCollaboratorRequest),
        ["team-member.set"] = typeof(SetTeamMemberRequest),
        ["team-member.update"] = typeof(SetTeamMemberRequest),
        ["app-transfer.answer"] = typeof(AnswerTransferRequest),
        ["app-transfer.create"] = typeof(CreateTransferRequest),
        ["webhook.set"] = typeof(SetWebhookRequest),
    };

    /// <summary>Their answer is a stream, a file, a text, or a refusal in any case.</summary>
    private static readonly HashSet<string> Wordless =
    [
        "metrics.scrape", "reference.document", "server.authority", "source.upload", "stack.rebuild", "transfer.download", "webhook.receive",
        "postgres.credential.create", "postgres.credential.delete",
    ];

    /// <returns>Null for an answer that is no JSON of a contract: a stream, a page, a file.</returns>
    public static JsonTypeInfo? AnswerOf(string route)
    {
        if (Wordless.Contains(route)) return null;
        if (Answers.TryGetValue(route, out var known)) return Info(known);
        var (noun, verb) = Split(route);
        if (verb is "events" or "output" or "attach") return null;
        if (Nouns.GetValueOrDefault(noun) is not { } type && (type = Named(Pascal(noun))) is null) return null;
        return Info(verb.StartsWith("list", StringComparison.Ordinal) ? typeof(IReadOnlyList<>).MakeGenericType(type) : type);
    }

    /// <returns>Null where no body is taken.</returns>
    public static JsonTypeInfo? BodyOf(string route)
    {
        if (Bodies.TryGetValue(route, out var known)) return Info(known);
        var (noun, verb) = Split(route);
        return verb is "create" or "update" or "set" && Named($"{Pascal(verb)}{Pascal(noun)}Request") is { } type ? Info(type) : null;
    }

    private static (string Noun, string Verb) Split(string route) => route.Split('.') is [var noun, var verb] ? (noun, verb) : (route, "");

    private static string Pascal(string words) => string.Concat(words.Split('-').Select(word => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..]));

    private static Type? Named(string name) => typeof(App).Assembly.GetType($"{typeof(App).Namespace}.{name}");

    /// <summary>Only what is really written and read: a type without generated JSON is no contract.</summary>
    private static JsonTypeInfo? Info(Type type) => ((IJsonTypeInfoResolver)ContractsJson.Default).GetTypeInfo(type, ContractsJson.Default.Options);
}
