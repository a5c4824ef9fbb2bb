//! On which grounds a request, or a part of it, may be refused, each with its source.

use super::words::{RequestKind, words};
use RequestKind::{Access, Erasure, Portability, Rectification, Restriction};
use serde::{Deserialize, Serialize};

words! {
    /// A ground of refusal, or an exception.
    Ground {
        /// Who asks cannot be told.
        NotIdentified = "not_identified",
        /// The request is manifestly unfounded.
        ManifestlyUnfounded = "manifestly_unfounded",
        /// Requests are excessive, in particular repeated.
        Excessive = "excessive",
        /// Others' rights and freedoms.
        RightsOfOthers = "rights_of_others",
        /// The data rest neither on a consent nor on a contract.
        NotPortable = "not_portable",
        /// The data are right.
        AccurateAlready = "accurate_already",
        /// None of the grounds of erasure applies.
        NoGroundOfErasure = "no_ground_of_erasure",
        /// Freedom of expression and information.
        FreedomOfExpression = "freedom_of_expression",
        /// A legal obligation to keep the data.
        LegalObligation = "legal_obligation",
        /// Public health.
        PublicHealth = "public_health",
        /// Archives, research, statistics.
        Archiving = "archiving",
        /// Legal claims.
        LegalClaims = "legal_claims",
        /// None of the cases of a restriction applies.
        NoCaseOfRestriction = "no_case_of_restriction",
    }
}

/// Every kind of request.
const ANY: &[RequestKind] = RequestKind::ALL;

impl Ground {
    /// Where it stands in the law.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::NotIdentified => "GDPR 11(2), 12(2)",
            Self::ManifestlyUnfounded | Self::Excessive => "GDPR 12(5)(b)",
            Self::RightsOfOthers => "GDPR 15(4), 20(4)",
            Self::NotPortable => "GDPR 20(1)(a)",
            Self::AccurateAlready => "GDPR 16",
            Self::NoGroundOfErasure => "GDPR 17(1)",
            Self::FreedomOfExpression => "GDPR 17(3)(a)",
            Self::LegalObligation => "GDPR 17(3)(b)",
            Self::PublicHealth => "GDPR 17(3)(c)",
            Self::Archiving => "GDPR 17(3)(d)",
            Self::LegalClaims => "GDPR 17(3)(e)",
            Self::NoCaseOfRestriction => "GDPR 18(1)",
        }
    }

    /// Which requests it can stand against. An objection to direct marketing is absolute (art. 21(3)): no
    /// interest of the company's is weighed against it.
    #[must_use]
    pub const fn kinds(self) -> &'static [RequestKind] {
        match self {
            Self::NotIdentified => &[Access, Portability, Erasure, Rectification],
            Self::ManifestlyUnfounded | Self::Excessive => ANY,
            Self::RightsOfOthers => &[Access, Portability],
            Self::NotPortable => &[Portability],
            Self::AccurateAlready => &[Rectification],
            Self::NoCaseOfRestriction => &[Restriction],
            Self::NoGroundOfErasure
            | Self::FreedomOfExpression
            | Self::LegalObligation
            | Self::PublicHealth
            | Self::Archiving
            | Self::LegalClaims => &[Erasure],
        }
    }

    /// Whether it can stand against such a request.
    #[must_use]
    pub fn fits(self, kind: RequestKind) -> bool {
        self.kinds().contains(&kind)
    }

    /// In English, for the reply.
    #[must_use]
    pub const fn in_english(self) -> &'static str {
        match self {
            Self::NotIdentified => "We are not in a position to tell who is asking.",
            Self::ManifestlyUnfounded => "The request is manifestly unfounded.",
            Self::Excessive => {
                "The requests are excessive, in particular because they are repeated."
            }
            Self::RightsOfOthers => {
                "Answering would adversely affect the rights and freedoms of others."
            }
            Self::NotPortable => "These data rest neither on your consent nor on a contract.",
            Self::AccurateAlready => "The data that we hold are right.",
            Self::NoGroundOfErasure => {
                "We still need these data, and may use them for what they were collected for."
            }
            Self::FreedomOfExpression => {
                "The data are needed for the freedom of expression and information."
            }
            Self::LegalObligation => "The law obliges us to keep these data.",
            Self::PublicHealth => "The data are needed for reasons of public health.",
            Self::Archiving => "The data are needed for archives, research or statistics.",
            Self::LegalClaims => {
                "The data are needed to establish, exercise or defend legal claims."
            }
            Self::NoCaseOfRestriction => {
                "None of the cases in which the law lets data be restricted applies."
            }
        }
    }

    /// In French, for the reply.
    #[must_use]
    pub const fn in_french(self) -> &'static str {
        match self {
            Self::NotIdentified => {
                "Nous ne sommes pas en mesure d’identifier la personne qui fait la demande."
            }
            Self::ManifestlyUnfounded => "La demande est manifestement infondée.",
            Self::Excessive => {
                "Les demandes sont excessives, notamment en raison de leur caractère répétitif."
            }
            Self::RightsOfOthers => {
                "La réponse porterait atteinte aux droits et libertés d’autrui."
            }
            Self::NotPortable => {
                "Ces données ne reposent ni sur votre consentement ni sur un contrat."
            }
            Self::AccurateAlready => "Les données que nous détenons sont exactes.",
            Self::NoGroundOfErasure => {
                "Ces données nous sont encore nécessaires au regard des finalités pour lesquelles elles ont été collectées."
            }
            Self::FreedomOfExpression => {
                "Ces données sont nécessaires à l’exercice du droit à la liberté d’expression et d’information."
            }
            Self::LegalObligation => "La loi nous oblige à conserver ces données.",
            Self::PublicHealth => "Ces données sont nécessaires pour des motifs de santé publique.",
            Self::Archiving => {
                "Ces données sont nécessaires à des fins d’archives, de recherche ou de statistiques."
            }
            Self::LegalClaims => {
                "Ces données sont nécessaires à la constatation, à l’exercice ou à la défense de droits en justice."
            }
            Self::NoCaseOfRestriction => {
                "Aucun des cas de limitation prévus par la loi n’est réuni."
            }
        }
    }
}
