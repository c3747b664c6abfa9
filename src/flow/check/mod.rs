//! Exhaustive search: every order of events in a small hostile world, and what must hold in each.
//!
//! | file | question |
//! |---|---|
//! | `search` | what can be reached, and how soon something that must not be |
//! | `second_opinion` | does another checker say the same |
//! | `world`, `erp`, `canonical` | what can happen to a sale order |
//! | `sale_order` | does a sale order keep its promises there |
//! | `mutants`, `tamper` | is each rule needed, and its absence noticed |
//! | `token_world`, `poll_world` | do a token and a poll keep theirs in worlds of their own |
//! | `supplier_world` | does a purchase order keep its promises at its supplier |
//! | `shop` | what does a design without doubt do there |
//!
//! A search that cannot fail proves nothing, so some runs are broken on purpose.

#![cfg(not(target_family = "wasm"))]

mod canonical;
mod erp;
mod mutants;
mod poll_world;
mod sale_order;
mod search;
mod second_opinion;
mod shop;
mod supplier_world;
mod tamper;
mod token_world;
mod world;
