namespace Mbsa.Vm.Tests.Workload;

/// <summary>Where the job files of this repository are.</summary>
internal static class JobFiles
{
    private static readonly string _root = FindRoot();

    public static string Shipped => Path.Combine(_root, "scenarios", "jobs");

    public static string Fixtures => Path.Combine(_root, "tests", "Mbsa.Vm.Tests", "Workload", "Jobs");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mbsa.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no Mbsa.sln above the tests");
        }

        return folder.FullName;
    }
}
