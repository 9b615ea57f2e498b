namespace Slipway.Control.Diagnoses;

/// <summary>A service that apps commonly need and Slipway has as an add-on.</summary>
/// <param name="Addon">What <c>slipway addons create</c> calls it.</param>
/// <param name="Variable">Config var with its address.</param>
internal sealed record Service(string Name, string Port, string Addon, string Variable)
{
    public static readonly Service PostgreSql = new("PostgreSQL", "5432", "postgresql", "DATABASE_URL");
    public static readonly Service MariaDb = new("MySQL", "3306", "mariadb", "DATABASE_URL");
    public static readonly Service Redis = new("Redis", "6379", "redis", "REDIS_URL");

    /// <summary>Slipway has none; Redis takes its place for Celery and its like.</summary>
    public static readonly Service RabbitMq = new("RabbitMQ", "5672", "redis", "REDIS_URL");

    public static Service? OfPort(string port) => new[] { PostgreSql, MariaDb, Redis, RabbitMq }.FirstOrDefault(service => service.Port == port);
}
