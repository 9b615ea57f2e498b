using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Slipway.Contracts.Deploys;

namespace Slipway.Control.Store;

/// <summary>Keys, indexes and rules of the tables: what must hold even if the code above is wrong is said here, to SQLite.</summary>
internal static class StoreModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<AccountRow>(account =>
        {
            account.HasIndex(row => row.Uuid).IsUnique();
            account.HasIndex(row => row.Email).IsUnique();
        });
        model.Entity<TokenRow>(token =>
        {
            token.HasIndex(row => row.Uuid).IsUnique();
            token.HasIndex(row => row.Hash).IsUnique();
            token.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<SshKeyRow>(key =>
        {
            key.HasIndex(row => row.Uuid).IsUnique();
            key.HasIndex(row => row.Fingerprint).IsUnique();
            key.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        ConfigureTeams(model);
        ConfigureApps(model);
        ConfigureAddons(model);
        ConfigureTransfers(model);
        ConfigureCron(model);
        ConfigureReleases(model);
        ConfigurePipelines(model);
        ConfigureAppWebhooks(model);
        ConfigureErrors(model);
        ConfigureAlerts(model);
        ConfigureMail(model);
        model.Entity<EventRow>(record =>
        {
            record.HasIndex(row => row.Uuid).IsUnique();
            record.HasIndex(row => new { row.At, row.Uuid });
            record.HasIndex(row => new { row.AppUuid, row.At, row.Uuid });
        });
        model.Entity<SettingRow>().HasIndex(row => row.Key).IsUnique();
        model.Entity<LayerKeyRow>().HasIndex(row => row.Key).IsUnique();
    }

    private static void ConfigureTeams(ModelBuilder model)
    {
        model.Entity<TeamRow>(team =>
        {
            team.HasIndex(row => row.Uuid).IsUnique();
            team.HasIndex(row => row.Name).IsUnique();
        });
        model.Entity<TeamMemberRow>(member =>
        {
            member.HasIndex(row => row.Uuid).IsUnique();
            member.HasIndex(row => new { row.TeamId, row.AccountId }).IsUnique();
            member.HasOne(row => row.Team).WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);
            member.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<CollaboratorRow>(collaborator =>
        {
            collaborator.HasIndex(row => row.Uuid).IsUnique();
            collaborator.HasIndex(row => new { row.AppId, row.AccountId }).IsUnique();
            collaborator.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            collaborator.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<AppTransferRow>(transfer =>
        {
            transfer.HasIndex(row => row.Uuid).IsUnique();
            transfer.HasOne(row => row.App).WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            transfer.HasOne(row => row.Owner).WithMany().HasForeignKey(row => row.OwnerId).OnDelete(DeleteBehavior.Cascade);
            transfer.HasOne(row => row.Recipient).WithMany().HasForeignKey(row => row.RecipientId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<AppFeatureRow>(feature =>
        {
            feature.HasIndex(row => new { row.AppId, row.Name }).IsUnique();
            feature.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureApps(ModelBuilder model)
    {
        model.Entity<AppRow>(app =>
        {
            app.HasIndex(row => row.Uuid).IsUnique();
            app.HasIndex(row => row.Name).IsUnique();
            app.Property(row => row.Handle).HasComputedColumnSql("COALESCE(\"FirstName\", \"Name\")", stored: false);
            app.HasIndex(row => row.Handle).IsUnique();
            app.HasIndex(row => row.Uid).IsUnique();
            app.HasOne(row => row.Team).WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Restrict);
            app.Property(row => row.CandidatePhase).HasConversion<string>();
            app.Property(row => row.Revision).IsConcurrencyToken();
            app.HasOne(row => row.Owner).WithMany().HasForeignKey(row => row.OwnerId).OnDelete(DeleteBehavior.Restrict);
            app.HasOne<ReleaseRow>().WithMany().HasForeignKey(row => row.CurrentReleaseId).OnDelete(DeleteBehavior.NoAction);
            app.HasOne<ReleaseRow>().WithMany().HasForeignKey(row => row.CandidateReleaseId).OnDelete(DeleteBehavior.NoAction);
        });
        model.Entity<FormationRow>(formation =>
        {
            formation.HasIndex(row => row.Uuid).IsUnique();
            formation.HasIndex(row => new { row.AppId, row.ProcessType }).IsUnique();
            formation.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<DomainRow>(domain =>
        {
            domain.HasIndex(row => row.Uuid).IsUnique();
            domain.HasIndex(row => row.Hostname).IsUnique();
            domain.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            domain.HasOne<CertificateRow>().WithMany().HasForeignKey(row => row.CertificateId).OnDelete(DeleteBehavior.SetNull);
        });
        model.Entity<CertificateRow>(certificate =>
        {
            certificate.HasIndex(row => row.Uuid).IsUnique();
            certificate.HasIndex(row => new { row.AppId, row.Name }).IsUnique();
            certificate.HasIndex(row => row.FileId);
            certificate.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<LogDrainRow>(drain =>
        {
            drain.HasIndex(row => row.Uuid).IsUnique();
            drain.HasIndex(row => row.Token).IsUnique();
            drain.HasOne(row => row.App).WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<WebhookRow>(webhook =>
        {
            webhook.HasIndex(row => row.Uuid).IsUnique();
            webhook.HasIndex(row => row.AppId).IsUnique();
            webhook.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<RegistryLoginRow>(login =>
        {
            login.HasIndex(row => row.Uuid).IsUnique();
            login.HasIndex(row => new { row.AppId, row.Host }).IsUnique();
            // To the index above, rows without an app are all different.
            login.HasIndex(row => row.Host).IsUnique().HasFilter("\"AppId\" IS NULL");
            login.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<VolumeRow>(volume =>
        {
            volume.HasIndex(row => new { row.AppId, row.Name }).IsUnique();
            volume.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureAppWebhooks(ModelBuilder model)
    {
        model.Entity<AppWebhookRow>(webhook =>
        {
            webhook.HasIndex(row => row.Uuid).IsUnique();
            webhook.HasIndex(row => row.AppUuid);
        });
        model.Entity<AppWebhookEventRow>(happened =>
        {
            happened.HasIndex(row => row.Uuid).IsUnique();
            happened.HasIndex(row => new { row.AppUuid, row.Id });
        });
        model.Entity<AppWebhookDeliveryRow>(delivery =>
        {
            delivery.HasIndex(row => row.Uuid).IsUnique();
            delivery.HasIndex(row => row.NextAt);
            delivery.HasOne(row => row.Webhook).WithMany().HasForeignKey(row => row.WebhookId).OnDelete(DeleteBehavior.Cascade);
            delivery.HasOne(row => row.Event).WithMany().HasForeignKey(row => row.EventId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureAlerts(ModelBuilder model)
    {
        model.Entity<AlertRow>(alert =>
        {
            alert.HasIndex(row => row.Uuid).IsUnique();
            alert.HasIndex(row => new { row.AppId, row.Kind, row.Key });
            alert.HasIndex(row => new { row.FirstAt, row.Uuid });
            alert.Property(row => row.Kind).HasConversion<string>();
            alert.HasOne(row => row.App).WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<AlertTargetRow>(target =>
        {
            target.HasIndex(row => row.Uuid).IsUnique();
            target.HasIndex(row => row.AppId);
            target.HasOne(row => row.App).WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<AlertDeliveryRow>(delivery =>
        {
            delivery.HasIndex(row => row.NextAt);
            delivery.HasOne(row => row.Alert).WithMany(alert => alert.Deliveries).HasForeignKey(row => row.AlertId).OnDelete(DeleteBehavior.Cascade);
            delivery.HasOne(row => row.Target).WithMany().HasForeignKey(row => row.TargetId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureErrors(ModelBuilder model)
    {
        model.Entity<ErrorRow>(error =>
        {
            error.HasIndex(row => row.Uuid).IsUnique();
            error.HasIndex(row => new { row.AppId, row.Fingerprint }).IsUnique();
            error.HasIndex(row => new { row.AppId, row.Number }).IsUnique();
            error.HasIndex(row => new { row.AppId, row.LastSeen, row.Uuid });
            error.Property(row => row.Origin).HasConversion<string>();
            error.Property(row => row.Status).HasConversion<string>();
            error.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<ErrorOccurrenceRow>(occurrence =>
        {
            occurrence.HasIndex(row => row.AppId);
            occurrence.HasIndex(row => new { row.ErrorId, row.At, row.Uuid });
            occurrence.HasOne(row => row.Error).WithMany().HasForeignKey(row => row.ErrorId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<ErrorTallyRow>(tally =>
        {
            tally.HasIndex(row => row.AppId).IsUnique();
            tally.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureMail(ModelBuilder model)
    {
        model.Entity<MailRow>(mail =>
        {
            mail.HasIndex(row => row.Uuid).IsUnique();
            mail.HasIndex(row => new { row.AppId, row.Number }).IsUnique();
            mail.HasIndex(row => new { row.AppId, row.At, row.Uuid });
            mail.HasIndex(row => row.DueAt);
            mail.Property(row => row.State).HasConversion<string>();
            mail.HasOne(row => row.App).WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<MailTallyRow>(tally =>
        {
            tally.HasIndex(row => row.AppId).IsUnique();
            tally.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureAddons(ModelBuilder model)
    {
        model.Entity<AddonServerRow>(server =>
        {
            server.HasIndex(row => row.Uuid).IsUnique();
            server.HasIndex(row => row.Name).IsUnique();
            server.HasIndex(row => row.Address).IsUnique();
        });
        model.Entity<AddonRow>(addon =>
        {
            addon.HasIndex(row => row.Uuid).IsUnique();
            addon.HasIndex(row => row.Name).IsUnique();
            addon.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            addon.HasOne<AddonServerRow>().WithMany().HasForeignKey(row => row.ServerId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<AddonAttachmentRow>(attachment =>
        {
            attachment.HasIndex(row => row.Uuid).IsUnique();
            attachment.HasIndex(row => new { row.AppId, row.Name }).IsUnique();
            attachment.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            attachment.HasOne<AddonRow>().WithMany().HasForeignKey(row => row.AddonId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureTransfers(ModelBuilder model)
    {
        model.Entity<TransferRow>(transfer =>
        {
            transfer.HasIndex(row => row.Uuid).IsUnique();
            transfer.HasIndex(row => new { row.AppId, row.Number }).IsUnique();
            transfer.HasIndex(row => row.State);
            transfer.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            transfer.HasOne<AddonRow>().WithMany().HasForeignKey(row => row.AddonId).OnDelete(DeleteBehavior.SetNull);
            transfer.HasOne<AddonRow>().WithMany().HasForeignKey(row => row.SourceAddonId).OnDelete(DeleteBehavior.SetNull);
        });
        model.Entity<TransferScheduleRow>(schedule =>
        {
            schedule.HasIndex(row => row.Uuid).IsUnique();
            schedule.HasIndex(row => row.AddonId).IsUnique();
            schedule.HasOne<AddonRow>().WithMany().HasForeignKey(row => row.AddonId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigureCron(ModelBuilder model)
    {
        model.Entity<CronClockRow>(clock =>
        {
            clock.HasIndex(row => new { row.AppId, row.Name }).IsUnique();
            clock.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<CronRunRow>(run =>
        {
            run.HasIndex(row => row.Uuid).IsUnique();
            // A due time is dealt with once, whatever crashes and whoever looks at the clock.
            run.HasIndex(row => new { row.AppId, row.Name, row.DueAt }).IsUnique();
            run.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void ConfigurePipelines(ModelBuilder model)
    {
        model.Entity<SetupRow>(setup =>
        {
            setup.HasIndex(row => row.Uuid).IsUnique();
            setup.HasIndex(row => row.AppId).IsUnique();
            setup.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.SetNull);
            setup.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<PipelineRow>(pipeline =>
        {
            pipeline.HasIndex(row => row.Uuid).IsUnique();
            pipeline.HasIndex(row => row.Name).IsUnique();
            pipeline.HasOne(row => row.Owner).WithMany().HasForeignKey(row => row.OwnerId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<CouplingRow>(coupling =>
        {
            coupling.HasIndex(row => row.Uuid).IsUnique();
            coupling.HasIndex(row => row.AppId).IsUnique();
            coupling.HasOne<PipelineRow>().WithMany().HasForeignKey(row => row.PipelineId).OnDelete(DeleteBehavior.Cascade);
            coupling.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<PromotionRow>(promotion =>
        {
            promotion.HasIndex(row => row.Uuid).IsUnique();
            promotion.HasOne<PipelineRow>().WithMany().HasForeignKey(row => row.PipelineId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<PromotionTargetRow>(target =>
        {
            target.HasIndex(row => row.Uuid).IsUnique();
            target.HasOne<PromotionRow>().WithMany().HasForeignKey(row => row.PromotionId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<ReviewAppRow>(review =>
        {
            review.HasIndex(row => row.Uuid).IsUnique();
            review.HasOne<PipelineRow>().WithMany().HasForeignKey(row => row.PipelineId).OnDelete(DeleteBehavior.Cascade);
            review.HasOne(row => row.Setup).WithMany().HasForeignKey(row => row.SetupId).OnDelete(DeleteBehavior.Restrict);
            review.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.SetNull);
            review.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
    }

    private static void ConfigureReleases(ModelBuilder model)
    {
        // References between an app's own rows are NO ACTION, which SQLite checks at the end of the statement: they
        // hold as long as the app lives, and do not stand in the way when deleting the app takes all of them along.
        model.Entity<ImageRow>(image =>
        {
            image.HasIndex(row => row.Uuid).IsUnique();
            image.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<ReleaseRow>(release =>
        {
            release.HasIndex(row => row.Uuid).IsUnique();
            release.HasIndex(row => new { row.AppId, row.Version }).IsUnique();
            release.Property(row => row.Status).HasConversion<string>();
            release.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            release.HasOne(row => row.Image).WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.NoAction);
            release.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<DeployRow>(deploy =>
        {
            deploy.HasIndex(row => row.Uuid).IsUnique();
            deploy.Property(row => row.Kind).HasConversion<string>();
            deploy.Property(row => row.Status).HasConversion<string>();
            // Two deploys of one app at once cannot be, whoever asks: the second insert fails.
            deploy.HasIndex(row => row.AppId, "IX_Deploys_Active").IsUnique()
                .HasFilter($"\"Status\" IN ('{nameof(DeployStatus.Pending)}', '{nameof(DeployStatus.Running)}')");
            deploy.HasIndex(row => new { row.AppId, row.CreatedAt, row.Uuid });
            deploy.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            deploy.HasOne<ImageRow>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.NoAction);
            deploy.HasOne<ReleaseRow>().WithMany().HasForeignKey(row => row.ReleaseId).OnDelete(DeleteBehavior.NoAction);
            deploy.HasOne(row => row.Account).WithMany().HasForeignKey(row => row.AccountId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<DiagnosisRow>(diagnosis =>
        {
            diagnosis.HasIndex(row => row.Uuid).IsUnique();
            diagnosis.HasIndex(row => new { row.AppId, row.At, row.Uuid });
            diagnosis.HasOne<AppRow>().WithMany().HasForeignKey(row => row.AppId).OnDelete(DeleteBehavior.Cascade);
            diagnosis.HasOne(row => row.Deploy).WithMany().HasForeignKey(row => row.DeployId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}

/// <summary>Instants as ISO 8601 text in UTC and of one length: they sort and compare as text, and a person can read them.</summary>
internal sealed class InstantConverter() : ValueConverter<DateTimeOffset, string>(
    instant => instant.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
    text => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
