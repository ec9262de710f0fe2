namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>The state of one picture's search: the passes run so far and their reports.</summary>
internal sealed class FaceSearch : IDisposable
{
    private readonly List<DetectionPass> _passes = [];
    private readonly List<FaceReport> _reports = [];
    private readonly List<List<FaceCandidate>> _answers = [];
    private readonly BoxList _boxes = new();
    private readonly PassFusion _fusion = new();
    private bool _isMerged;

    /// <summary>
    /// The rotation, in degrees clockwise, in which people are taken to be upright. Reports of passes in another rotation count less.
    /// </summary>
    internal float Orientation { get; set; }

    /// <summary>The passes run so far.</summary>
    internal IReadOnlyList<DetectionPass> Passes => _passes;

    /// <summary>What the passes cost, including those whose reports were not kept.</summary>
    internal DetectionCost Cost { get; private set; }

    /// <summary>The faces found so far, best first; valid until the next pass.</summary>
    internal IReadOnlyList<FaceEvidence> Faces
    {
        get
        {
            if (!_isMerged)
            {
                _fusion.Merge(_reports, _passes, Orientation);
                _isMerged = true;
            }

            return _fusion.Faces;
        }
    }

    /// <summary>
    /// How much speaks for the search's <see cref="Orientation"/>: the log odds of those faces that are likely and upright in it, summed.
    /// </summary>
    internal float UprightEvidence
    {
        get
        {
            var sum = 0f;
            foreach (var face in Faces)
            {
                sum += face.IsUprightAt(Orientation) ? MathF.Max(0, DetectionConfidence.LogOdds(face.Features)) : 0;
            }

            return sum;
        }
    }

    /// <summary>Empty lists for the raw detections of passes, to be handed to <see cref="Add"/>; valid until the next call.</summary>
    /// <param name="count">Number of passes.</param>
    internal IReadOnlyList<List<FaceCandidate>> NewAnswers(int count)
    {
        while (_answers.Count < count)
        {
            _answers.Add([]);
        }

        _answers.ForEach(static answers => answers.Clear());
        return _answers;
    }

    /// <summary>Adds a pass's raw detections.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="answers">Its raw detections; sorted on return.</param>
    internal void Add(DetectionPass pass, List<FaceCandidate> answers)
    {
        _passes.Add(pass);
        Cost += new DetectionCost(1, pass.InputPixels);
        answers.RemoveAll(answer => !pass.Answers(answer.Box.Center));
        WeightedSuppression.Merge(answers, pass, _reports, _boxes);
        _isMerged = false;
    }

    /// <summary>Counts what another search for the same picture cost.</summary>
    internal void AddCost(FaceSearch other) => Cost += other.Cost;

    /// <summary>Replaces orientation, passes and reports by another search's.</summary>
    internal void RestartFrom(FaceSearch other)
    {
        _passes.Clear();
        _passes.AddRange(other._passes);
        _reports.Clear();
        _reports.AddRange(other._reports);
        Orientation = other.Orientation;
        _isMerged = false;
    }

    /// <summary>Prepares for another picture but keeps the memory.</summary>
    internal void Clear()
    {
        _passes.Clear();
        _reports.Clear();
        Orientation = 0;
        Cost = default;
        _isMerged = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
