namespace Holdfast.Labs;

/// <summary>What wires and veth pairs have in common.</summary>
public abstract record LinkOptions
{
    /// <summary>The link's name; null lets the lab number it.</summary>
    public string? Name { get; init; }

    /// <summary>The near interface's name; null takes the link's.</summary>
    public string? NearInterface { get; init; }

    /// <summary>The far interface's name; null takes the link's.</summary>
    public string? FarInterface { get; init; }

    /// <summary>The near end's addresses with their prefix lengths; null lets the lab choose one of each
    /// family.</summary>
    public IReadOnlyList<string>? NearAddresses { get; init; }

    /// <summary>The far end's addresses with their prefix lengths; null lets the lab choose one of each
    /// family.</summary>
    public IReadOnlyList<string>? FarAddresses { get; init; }

    /// <summary>MTU of both interfaces, in bytes.</summary>
    public int InterfaceMtu { get; init; } = 1500;
}
