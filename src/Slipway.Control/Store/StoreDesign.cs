using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Slipway.Control.Store;

/// <summary>Lets <c>dotnet ef migrations add NAME</c> see the model without a server's configuration.</summary>
internal sealed class StoreDesign : IDesignTimeDbContextFactory<SlipwayStore>
{
    public SlipwayStore CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<SlipwayStore>();
        options.UseSlipwayDatabase(":memory:");
        return new SlipwayStore(options.Options);
    }
}
