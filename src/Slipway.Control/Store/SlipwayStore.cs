using Microsoft.EntityFrameworkCore;

namespace Slipway.Control.Store;

/// <summary>
/// Everything that slipwayd must not forget, in one SQLite file in WAL mode. Made per unit of work by
/// <c>IDbContextFactory&lt;SlipwayStore&gt;</c>; a state change is one <c>SaveChangesAsync</c>.
/// Tables are the <c>…Rows.cs</c> beside this, a class each. Rows are plain: rules live with the nouns that own them
/// (Apps/, Releases/, …). Names are stored as text and made typed where they leave the store. Texts marked 'sealed' are
/// encrypted by Secrets/.
/// </summary>
internal sealed class SlipwayStore(DbContextOptions<SlipwayStore> options) : DbContext(options)
{
    public DbSet<AccountRow> Accounts => Set<AccountRow>();
    public DbSet<TokenRow> Tokens => Set<TokenRow>();
    public DbSet<SshKeyRow> SshKeys => Set<SshKeyRow>();
    public DbSet<TeamRow> Teams => Set<TeamRow>();
    public DbSet<TeamMemberRow> TeamMembers => Set<TeamMemberRow>();
    public DbSet<CollaboratorRow> Collaborators => Set<CollaboratorRow>();
    public DbSet<AppTransferRow> AppTransfers => Set<AppTransferRow>();
    public DbSet<AppFeatureRow> AppFeatures => Set<AppFeatureRow>();
    public DbSet<AppRow> Apps => Set<AppRow>();
    public DbSet<ImageRow> Images => Set<ImageRow>();
    public DbSet<ReleaseRow> Releases => Set<ReleaseRow>();
    public DbSet<FormationRow> Formations => Set<FormationRow>();
    public DbSet<DomainRow> Domains => Set<DomainRow>();
    public DbSet<CertificateRow> Certificates => Set<CertificateRow>();
    public DbSet<VolumeRow> Volumes => Set<VolumeRow>();
    public DbSet<AddonRow> Addons => Set<AddonRow>();
    public DbSet<AddonAttachmentRow> AddonAttachments => Set<AddonAttachmentRow>();
    public DbSet<TransferRow> Transfers => Set<TransferRow>();
    public DbSet<TransferScheduleRow> TransferSchedules => Set<TransferScheduleRow>();
    public DbSet<AddonServerRow> AddonServers => Set<AddonServerRow>();
    public DbSet<CronClockRow> CronClocks => Set<CronClockRow>();
    public DbSet<CronRunRow> CronRuns => Set<CronRunRow>();
    public DbSet<LogDrainRow> LogDrains => Set<LogDrainRow>();
    public DbSet<WebhookRow> Webhooks => Set<WebhookRow>();
    public DbSet<AppWebhookRow> AppWebhooks => Set<AppWebhookRow>();
    public DbSet<AppWebhookEventRow> AppWebhookEvents => Set<AppWebhookEventRow>();
    public DbSet<AppWebhookDeliveryRow> AppWebhookDeliveries => Set<AppWebhookDeliveryRow>();
    public DbSet<RegistryLoginRow> RegistryLogins => Set<RegistryLoginRow>();
    public DbSet<DeployRow> Deploys => Set<DeployRow>();
    public DbSet<DiagnosisRow> Diagnoses => Set<DiagnosisRow>();
    public DbSet<AlertRow> Alerts => Set<AlertRow>();
    public DbSet<AlertTargetRow> AlertTargets => Set<AlertTargetRow>();
    public DbSet<AlertDeliveryRow> AlertDeliveries => Set<AlertDeliveryRow>();
    public DbSet<ErrorRow> Errors => Set<ErrorRow>();
    public DbSet<ErrorOccurrenceRow> ErrorOccurrences => Set<ErrorOccurrenceRow>();
    public DbSet<ErrorTallyRow> ErrorTallies => Set<ErrorTallyRow>();
    public DbSet<MailRow> Mail => Set<MailRow>();
    public DbSet<MailTallyRow> MailTallies => Set<MailTallyRow>();
    public DbSet<SetupRow> Setups => Set<SetupRow>();
    public DbSet<PipelineRow> Pipelines => Set<PipelineRow>();
    public DbSet<CouplingRow> Couplings => Set<CouplingRow>();
    public DbSet<PromotionRow> Promotions => Set<PromotionRow>();
    public DbSet<PromotionTargetRow> PromotionTargets => Set<PromotionTargetRow>();
    public DbSet<ReviewAppRow> ReviewApps => Set<ReviewAppRow>();
    public DbSet<EventRow> Events => Set<EventRow>();
    public DbSet<SettingRow> Settings => Set<SettingRow>();
    public DbSet<LayerKeyRow> LayerKeys => Set<LayerKeyRow>();

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        RenewRevisions();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        RenewRevisions();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => StoreModel.Configure(modelBuilder);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantConverter>();

    // Here and not in the callers: a write that forgot to renew it would let another one overwrite it unseen.
    private void RenewRevisions()
    {
        foreach (var entry in ChangeTracker.Entries<AppRow>())
        {
            if (entry.State is EntityState.Added or EntityState.Modified) entry.Entity.Revision = Guid.NewGuid();
        }
    }
}
