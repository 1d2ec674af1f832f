using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Nvm.Timing;
using Mbsa.Vm;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Files.Profiles;

/// <summary>The machines and devices a scenario can name: those inside the program, this machine once it was measured, and files.</summary>
public static class ProfileCatalog
{
    /// <summary>The name of the machine that <c>mbsa calibrate</c> measured.</summary>
    public const string ThisMachine = "this";

    private const string MachinePrefix = "profiles/machines/";
    private const string DevicePrefix = "profiles/devices/";

    /// <summary>Names of the machines inside the program, in alphabetical order.</summary>
    public static IReadOnlyList<string> MachineNames { get; } = NamesUnder(MachinePrefix);

    /// <summary>Names of the devices inside the program, in alphabetical order.</summary>
    public static IReadOnlyList<string> DeviceNames { get; } = NamesUnder(DevicePrefix);

    /// <summary>The machines inside the program, in alphabetical order.</summary>
    public static IReadOnlyList<MachineProfile> Machines() => [.. MachineNames.Select(n => Machine(n))];

    /// <summary>The devices inside the program, in alphabetical order.</summary>
    public static IReadOnlyList<DeviceProfile> Devices() => [.. DeviceNames.Select(n => Device(n))];

    /// <summary>Where <c>mbsa calibrate</c> puts the profile of this machine, for this user, if it is not told otherwise.</summary>
    public static string ThisMachineFile => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "mbsa", "this-machine.yaml");

    /// <summary>A machine by name or, when it looks like a path, from a file.</summary>
    /// <param name="nameOrPath">A name, <c>this</c>, or a path ending in .yaml or .yml or with a slash in it.</param>
    /// <param name="directory">What a relative path is relative to; null for the working directory.</param>
    /// <exception cref="InputException">There is no such machine, or its file is wrong.</exception>
    public static MachineProfile Machine(string nameOrPath, string? directory = null)
    {
        if (IsPath(nameOrPath))
        {
            return FromFile(Locate(nameOrPath, directory), ProfileReader.Machine);
        }

        if (nameOrPath != ThisMachine)
        {
            return BuiltIn("machine", MachinePrefix, nameOrPath, [.. MachineNames, ThisMachine], ProfileReader.Machine);
        }

        if (!File.Exists(ThisMachineFile))
        {
            throw new InputException("this machine was not measured yet; run 'mbsa calibrate' first, or name a machine of 'mbsa profiles'");
        }

        return FromFile(ThisMachineFile, ProfileReader.Machine);
    }

    /// <summary>A device by name or, when it looks like a path, from a file.</summary>
    /// <param name="nameOrPath">A name, or a path ending in .yaml or .yml or with a slash in it.</param>
    /// <param name="directory">What a relative path is relative to; null for the working directory.</param>
    /// <exception cref="InputException">There is no such device, or its file is wrong.</exception>
    public static DeviceProfile Device(string nameOrPath, string? directory = null) => IsPath(nameOrPath)
        ? FromFile(Locate(nameOrPath, directory), ProfileReader.Device)
        : BuiltIn("device", DevicePrefix, nameOrPath, DeviceNames, ProfileReader.Device);

    private static bool IsPath(string name) =>
        name.Contains('/') || name.Contains(Path.DirectorySeparatorChar)
        || name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    private static string Locate(string path, string? directory) => string.IsNullOrEmpty(directory) ? path : Path.Combine(directory, path);

    private static T FromFile<T>(string path, Func<Node, string, Problems, T?> read)
        where T : class => Checked(YamlFile.Read(path), path, Path.GetFileNameWithoutExtension(path), read);

    private static T BuiltIn<T>(string kind, string prefix, string name,
        IReadOnlyCollection<string> known, Func<Node, string, Problems, T?> read)
        where T : class
    {
        using var stream = typeof(ProfileCatalog).Assembly.GetManifestResourceStream(prefix + name)
            ?? throw new InputException(UnknownName.Message(kind, name, known));
        using var reader = new StreamReader(stream);
        var file = $"{prefix}{name}.yaml";
        return Checked(YamlFile.Parse(file, reader.ReadToEnd()), file, name, read);
    }

    private static T Checked<T>(Node node, string file, string name, Func<Node, string, Problems, T?> read)
        where T : class
    {
        var problems = new Problems(file);
        var profile = read(node, name, problems);
        problems.ThrowIfAny();
        return profile ?? throw new InputException(file, 0, "this is not a profile");
    }

    private static string[] NamesUnder(string prefix) =>
    [
        .. typeof(ProfileCatalog).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .Select(n => n[prefix.Length..])
            .Order(StringComparer.Ordinal),
    ];
}
