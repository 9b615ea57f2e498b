using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor;

internal static class DoctorServices
{
    public static IServiceCollection AddDoctor(this IServiceCollection services) => services.AddSingleton<ServerGatherer>();

    public static Checkup Look(ServerFacts facts) => new(facts.Now, [.. Check.All.Select(check => new CheckupPart(check.Name, check.Looked(facts), [.. check.Look(facts)]))]);
}
