using Mbsa.Model.Results;
using Spectre.Console;

namespace Mbsa.Host.Report;

/// <summary>What happened between hosts, for people at a terminal.</summary>
internal static class ClusterPrinter
{
    /// <summary>Prints the hosts, the migrations if there were any, the losses and the tenants.</summary>
    public static void Print(IAnsiConsole console, RunResult result, ClusterResult cluster)
    {
        console.Write(Table(ClusterText.HostHeads(result), ClusterText.HostRows(result, cluster), leftColumns: 1));
        if (!cluster.Migrations.IsEmpty)
        {
            console.Write(Table(ClusterText.MigrationHeads, ClusterText.MigrationRows(result, cluster), leftColumns: 3));
            if (cluster.Migrations.Length > ClusterText.MaxMigrations)
            {
                console.WriteLine($" and {cluster.Migrations.Length - ClusterText.MaxMigrations} more; --json FILE has them all");
            }

            console.WriteLine(ClusterText.Migrations(cluster));
        }

        foreach (var line in ClusterText.Losses(cluster).Concat(ClusterText.Tenants(result, cluster)))
        {
            console.WriteLine(line);
        }
    }

    private static Table Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, int leftColumns)
    {
        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        foreach (var (column, head) in heads.Index())
        {
            var isLeft = column < leftColumns || head.Length == 0;
            var added = new TableColumn(new Text(head)) { NoWrap = head.Length > 0 };
            added.Padding(0, 1);
            table.AddColumn(isLeft ? added : added.RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        return table;
    }
}
