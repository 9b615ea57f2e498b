using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Slipway.Control.Store.Migrations
{
    /// <inheritdoc />
    public partial class Migrated : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Migrated",
                table: "Apps",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Migrated",
                table: "Apps");
        }
    }
}
