//! The kinds of tokens: punctuation, literals, and the keywords with the places where they may be names.

/// Where a keyword may stand as a name without brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AsName {
    /// Wherever a name may stand.
    Anywhere,
    /// Only where something is named: on the left of `=`, in declarations and in lists of names.
    WhenNaming,
    /// Never.
    Never,
}

macro_rules! token_kinds {
    (
        punctuation { $($punct:ident = $punct_text:literal,)+ }
        keywords { $($keyword:ident = $text:literal $as_name:ident,)+ }
    ) => {
        /// The kind of a token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum TokenKind {
            Identifier,
            StringLiteral,
            LongLiteral,
            RealLiteral,
            IntLiteral,
            DecimalLiteral,
            BooleanLiteral,
            TimespanLiteral,
            DateTimeLiteral,
            GuidLiteral,
            RawGuidLiteral,
            /// `#` to the end of the line.
            Directive,
            /// A character that is not of the language.
            Bad,
            EndOfText,
            $($punct,)+
            $($keyword,)+
        }

        impl TokenKind {
            /// How punctuation and keywords are written; empty for the others.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$punct => $punct_text,)+
                    $(Self::$keyword => $text,)+
                    _ => "",
                }
            }

            /// Whether it is a keyword.
            pub fn is_keyword(self) -> bool {
                matches!(self, $(Self::$keyword)|+)
            }

            fn as_name(self) -> AsName {
                match self {
                    Self::Identifier => AsName::Anywhere,
                    $(Self::$keyword => AsName::$as_name,)+
                    _ => AsName::Never,
                }
            }
        }

        /// Every keyword.
        pub(super) const KEYWORDS: &[TokenKind] = &[$(TokenKind::$keyword,)+];
    };
}

token_kinds! {
    punctuation {
        Bang = "!",
        OpenParen = "(",
        CloseParen = ")",
        OpenBracket = "[",
        CloseBracket = "]",
        OpenBrace = "{",
        CloseBrace = "}",
        Pipe = "|",
        LessThanBar = "<|",
        Plus = "+",
        Minus = "-",
        Asterisk = "*",
        Slash = "/",
        Percent = "%",
        Dot = ".",
        DotDot = "..",
        LessThan = "<",
        LessThanOrEqual = "<=",
        GreaterThan = ">",
        GreaterThanOrEqual = ">=",
        Equal = "=",
        EqualEqual = "==",
        BangEqual = "!=",
        LessThanGreaterThan = "<>",
        Colon = ":",
        Semicolon = ";",
        Comma = ",",
        EqualTilde = "=~",
        BangTilde = "!~",
        At = "@",
        Question = "?",
        FatArrow = "=>",
    }
    keywords {
        HiddenCrossCluster = "__crossCluster" Never,
        HiddenCrossDb = "__crossDB" Never,
        HiddenId = "__id" Never,
        HiddenIsFuzzy = "__isFuzzy" Never,
        HiddenNoWithSource = "__noWithSource" Never,
        HiddenPackedColumn = "__packedColumn" Never,
        HiddenSourceColumnIndex = "__sourceColumnIndex" Never,
        ThreeDChart = "3Dchart" Never,
        Access = "access" Anywhere,
        Accumulate = "accumulate" WhenNaming,
        Alias = "alias" Anywhere,
        And = "and" Never,
        AnomalyChart = "anomalychart" Never,
        AreaChart = "areachart" Never,
        As = "as" WhenNaming,
        Asc = "asc" Never,
        AssertSchema = "assert-schema" Never,
        BagExpansion = "bagexpansion" Never,
        BarChart = "barchart" Never,
        Between = "between" Never,
        Bin = "bin" Anywhere,
        BinLegacy = "bin_legacy" Never,
        By = "by" WhenNaming,
        CachingPolicy = "cachingpolicy" Never,
        Callout = "callout" Never,
        Cancel = "cancel" Never,
        Card = "card" Never,
        ColumnChart = "columnchart" Never,
        CommandsAndQueries = "commands-and-queries" Never,
        Consume = "consume" Anywhere,
        Contains = "contains" WhenNaming,
        ContainsCs = "containscs" Never,
        ContainsCsUnderscore = "contains_cs" Never,
        ContextualDataTable = "__contextual_datatable" Never,
        Count = "count" Anywhere,
        Cycles = "cycles" Never,
        Database = "database" Anywhere,
        DataExport = "dataexport" Never,
        DataScope = "datascope" Never,
        DataTable = "datatable" WhenNaming,
        Declare = "declare" Anywhere,
        DecodeBlocks = "decodeblocks" Never,
        Default = "default" Anywhere,
        Desc = "desc" Never,
        Distinct = "distinct" Anywhere,
        Earliest = "earliest" WhenNaming,
        EncodingPolicy = "encodingpolicy" Never,
        EndsWith = "endswith" Never,
        EndsWithCs = "endswith_cs" Never,
        EntityGroup = "entity_group" Anywhere,
        Evaluate = "evaluate" Anywhere,
        ExecuteAndCache = "__executeAndCache" Never,
        ExpandOutput = "expandoutput" Never,
        Extend = "extend" Anywhere,
        ExtentTagsRetention = "extent_tags_retention" Never,
        ExternalData = "externaldata" WhenNaming,
        ExternalDataUnderscore = "external_data" Never,
        DataFormat = "dataformat" Anywhere,
        InlineExternalTable = "inline_external_table" Anywhere,
        DateTimePattern = "datetime_pattern" Anywhere,
        Facet = "facet" Anywhere,
        Filter = "filter" Anywhere,
        Find = "find" WhenNaming,
        First = "first" Never,
        Flags = "flags" Never,
        Fork = "fork" Anywhere,
        From = "from" Anywhere,
        GetSchema = "getschema" Anywhere,
        GrannyAsc = "granny-asc" Never,
        GrannyDesc = "granny-desc" Never,
        GraphMatch = "graph-match" Never,
        GraphShortestPaths = "graph-shortest-paths" Never,
        GraphToTable = "graph-to-table" Never,
        GraphEdges = "edges" Anywhere,
        HardDelete = "harddelete" Never,
        HardRetention = "hardretention" Never,
        Has = "has" WhenNaming,
        HasAny = "has_any" Never,
        HasAll = "has_all" Never,
        HasCs = "has_cs" Never,
        HasPrefix = "hasprefix" Never,
        HasPrefixCs = "hasprefix_cs" Never,
        HasSuffix = "hassuffix" Never,
        HasSuffixCs = "hassuffix_cs" Never,
        HintDotConcurrency = "hint.concurrency" Never,
        HintDotDistribution = "hint.distribution" Never,
        HintDotMaterialized = "hint.materialized" Never,
        HintDotNumPartitions = "hint.num_partitions" Never,
        HintDotShuffleKey = "hint.shufflekey" Never,
        HintDotSpread = "hint.spread" Never,
        HintDotRemote = "hint.remote" Never,
        HintDotStrategy = "hint.strategy" Never,
        HintDotProgressiveTop = "hint.progressive_top" Never,
        HotCache = "hotcache" Never,
        Id = "id" Anywhere,
        In = "in" WhenNaming,
        InCs = "in~" Never,
        Invoke = "invoke" WhenNaming,
        IsFuzzy = "isfuzzy" Never,
        BestEffort = "best_effort" Anywhere,
        ForceRemote = "force_remote" Never,
        Join = "join" Anywhere,
        Journal = "journal" Never,
        Kind = "kind" Never,
        LadderChart = "ladderchart" Never,
        Last = "last" Never,
        Latest = "latest" WhenNaming,
        Let = "let" Anywhere,
        Like = "like" Never,
        LikeCs = "likecs" Never,
        Limit = "limit" Anywhere,
        LineChart = "linechart" Never,
        Lookup = "lookup" Anywhere,
        MacroExpand = "macro-expand" Never,
        MakeGraph = "make-graph" Never,
        GraphMarkComponents = "graph-mark-components" Never,
        GraphWhereNodes = "graph-where-nodes" Never,
        GraphWhereEdges = "graph-where-edges" Never,
        MakeSeries = "make-series" Never,
        MatchesRegex = "matches regex" Never,
        Materialize = "materialize" WhenNaming,
        MaterializedViewCombine = "materialized-view-combine" Never,
        MaterializedViews = "materialized-views" Never,
        Mdm = "mdm" WhenNaming,
        Missing = "missing" Never,
        MvApply = "mvapply" Anywhere,
        MvDashApply = "mv-apply" Never,
        MvDashExpand = "mv-expand" Never,
        MvExpand = "mvexpand" Anywhere,
        Nodes = "nodes" Anywhere,
        NoOptimization = "nooptimization" Never,
        NotBetween = "!between" Never,
        NotContains = "notcontains" Never,
        NotContainsCs = "notcontainscs" Never,
        NotBangContains = "!contains" Never,
        NotBangContainsCs = "!contains_cs" Never,
        NotEndsWith = "!endswith" Never,
        NotEndsWithCs = "!endswith_cs" Never,
        NotHas = "!has" Never,
        NotHasCs = "!has_cs" Never,
        NotHasPrefix = "!hasprefix" Never,
        NotHasPrefixCs = "!hasprefix_cs" Never,
        NotHasSuffix = "!hassuffix" Never,
        NotHasSuffixCs = "!hassuffix_cs" Never,
        NotIn = "!in" Never,
        NotInCs = "!in~" Never,
        NotLike = "notlike" Never,
        NotLikeCs = "notlikecs" Never,
        NotStartsWith = "!startswith" Never,
        NotStartsWithCs = "!startswith_cs" Never,
        Null = "null" Anywhere,
        Nulls = "nulls" Anywhere,
        Of = "of" WhenNaming,
        On = "on" Anywhere,
        Optional = "optional" Anywhere,
        Or = "or" Never,
        Order = "order" Anywhere,
        Others = "others" Never,
        Output = "output" Anywhere,
        Pack = "pack" Anywhere,
        Parse = "parse" Anywhere,
        ParseWhere = "parse-where" Never,
        ParseKv = "parse-kv" Never,
        PartitionedBy = "partitioned-by" Never,
        PartitionBy = "__partitionby" Anywhere,
        Partition = "partition" Anywhere,
        PathFormat = "pathformat" Never,
        Pattern = "pattern" Anywhere,
        PieChart = "piechart" Never,
        PivotChart = "pivotchart" Never,
        Plotly = "plotly" Anywhere,
        Graph = "graph" Anywhere,
        Print = "print" WhenNaming,
        Project = "project" Never,
        ProjectAway = "project-away" Never,
        ProjectByNames = "project-by-names" Never,
        HiddenProjectAway = "__projectAway" Never,
        ProjectKeep = "project-keep" Never,
        ProjectRename = "project-rename" Never,
        ProjectReorder = "project-reorder" Never,
        ProjectSmart = "project-smart" Never,
        Queries = "queries" Never,
        QueryParameters = "query_parameters" Anywhere,
        QueryResults = "query_results" Never,
        Range = "range" Anywhere,
        Reduce = "reduce" Anywhere,
        Regex = "regex" Anywhere,
        Relaxed = "relaxed" Never,
        Render = "render" Anywhere,
        RestrictedViewAccess = "restricted_view_access" Never,
        Restrict = "restrict" Anywhere,
        RowLevelSecurity = "row_level_security" Never,
        Rowstore = "rowstore" Never,
        RowstoreReferences = "rowstore_references" Never,
        RowstoreSealInfo = "rowstore_sealinfo" Never,
        RowstorePolicy = "rowstorepolicy" Never,
        Rowstores = "rowstores" Never,
        Sample = "sample" WhenNaming,
        SampleDistinct = "sample-distinct" WhenNaming,
        Scan = "scan" Anywhere,
        ScatterChart = "scatterchart" Never,
        Seal = "seal" Never,
        Seals = "seals" Never,
        Search = "search" WhenNaming,
        Serialize = "serialize" Anywhere,
        Set = "set" WhenNaming,
        SetOrAppend = "set-or-append" Never,
        SetOrReplace = "set-or-replace" Never,
        Shards = "shards" Never,
        Simple = "simple" Never,
        SoftDelete = "softdelete" Never,
        SoftRetention = "softretention" Never,
        Sort = "sort" Anywhere,
        Sql = "sql" WhenNaming,
        StackedAreaChart = "stackedareachart" Never,
        StartsWith = "startswith" Never,
        StartsWithCs = "startswith_cs" Never,
        Statistics = "statistics" Never,
        Step = "step" Anywhere,
        StoredQueryResultContainers = "storedqueryresultcontainers" Never,
        Summarize = "summarize" Anywhere,
        TablePurge = "tablepurge" Never,
        Take = "take" Anywhere,
        TimeChart = "timechart" Never,
        Timeline = "timeline" Never,
        TimePivot = "timepivot" Never,
        Title = "title" WhenNaming,
        To = "to" WhenNaming,
        Top = "top" Anywhere,
        TopHitters = "top-hitters" WhenNaming,
        TopNested = "top-nested" WhenNaming,
        ToScalar = "toscalar" WhenNaming,
        ToTable = "totable" WhenNaming,
        TreeMap = "treemap" Never,
        TypeOf = "typeof" Anywhere,
        Union = "union" Never,
        UnrestrictedViewers = "unrestrictedviewers" Never,
        Uuid = "uuid" Anywhere,
        Verbose = "verbose" WhenNaming,
        Viewers = "viewers" WhenNaming,
        View = "view" Anywhere,
        Views = "views" Never,
        Where = "where" WhenNaming,
        WithItemIndex = "with_itemindex" Never,
        With = "with" Anywhere,
        WithMatchId = "with_match_id" Never,
        WithSourceUnderscore = "with_source" Never,
        WithStepName = "with_step_name" Never,
        WithSource = "withsource" Never,
        WithNodeId = "with_node_id" Anywhere,
        WriteAheadLog = "writeaheadlog" Never,
        Bool = "bool" Anywhere,
        Boolean = "boolean" Never,
        Int8 = "int8" Never,
        Char = "char" Never,
        UInt8 = "uint8" Never,
        Byte = "byte" Never,
        Int16 = "int16" Never,
        UInt16 = "uint16" Never,
        Int = "int" Never,
        Int32 = "int32" Never,
        UInt = "uint" Never,
        UInt32 = "uint32" Never,
        Long = "long" Never,
        Int64 = "int64" Never,
        ULong = "ulong" Never,
        UInt64 = "uint64" Never,
        Float = "float" Never,
        Real = "real" Never,
        Decimal = "decimal" Never,
        Double = "double" Never,
        String = "string" Never,
        Time = "time" Never,
        Timespan = "timespan" Never,
        Date = "date" Never,
        DateTime = "datetime" Never,
        Guid = "guid" Anywhere,
        UniqueId = "uniqueid" Never,
        Dynamic = "dynamic" Never,
    }
}

impl TokenKind {
    /// Whether it may stand as a name anywhere.
    pub fn can_be_name(self) -> bool {
        self.as_name() == AsName::Anywhere
    }

    /// Whether it may stand where something is named.
    pub(crate) fn can_name(self) -> bool {
        self.as_name() != AsName::Never
    }

    /// Whether it is a literal.
    pub fn is_literal(self) -> bool {
        matches!(
            self,
            Self::StringLiteral
                | Self::LongLiteral
                | Self::RealLiteral
                | Self::IntLiteral
                | Self::DecimalLiteral
                | Self::BooleanLiteral
                | Self::TimespanLiteral
                | Self::DateTimeLiteral
                | Self::GuidLiteral
                | Self::RawGuidLiteral
        )
    }
}

/// A token: its kind and its place. What lies between two tokens is white space and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The kind.
    pub kind: TokenKind,
    /// The place in the text.
    pub span: crate::source::Span,
}
