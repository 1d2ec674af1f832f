namespace Mbsa.House.Tests.Reading;

/// <summary>The repository that these tests were built in.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<Source>> _sources = new(ReadAll);

    /// <summary>Every C# file of every project, in the order of their paths.</summary>
    public static IReadOnlyList<Source> Sources => _sources.Value;

    /// <summary>Its root: the folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    private static Source[] ReadAll()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true };
        return [.. Directory.EnumerateFiles(Root, "*.cs", options)
            .Select(file => (File: file, Path: Path.GetRelativePath(Root, file).Replace('\\', '/')))
            .Where(file => !file.Path.Split('/').Any(part => part is "bin" or "obj" || part.StartsWith('.')))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => new Source(file.Path, File.ReadAllText(file.File)))];
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mbsa.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests were built outside of the repository, whose sources they read");
    }
}
